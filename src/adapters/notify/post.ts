import { CastellanError } from '../../core/errors.ts';
import type { WebEndpoint } from './ssrf.ts';

/** One POST. */
export interface Post {
  readonly endpoint: WebEndpoint;
  /** The addresses that were checked: one of these is connected to, and no other. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends it at once, whatever it is waiting for. */
  readonly signal: AbortSignal;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
}

/** What an endpoint answered; its body is nobody's business. */
export interface PostAnswer {
  readonly status: number;
  /** What `Retry-After` asks for, seconds; null where it asks for nothing. */
  readonly retryAfterSeconds: number | null;
}

/** The most that headers may take, bytes. */
const MAX_HEADER_BYTES = 16_384;
/** Answers are read to their end for the sake of the other side, up to this many bytes. */
const MAX_BODY_BYTES = 65_536;

/** Node's `lookup` that knows these addresses and nothing else. */
export function pinnedLookup(addresses: readonly string[]) {
  const pinned = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (
    _host: string,
    options: { readonly all?: boolean | undefined },
    callback: (error: null, address: string | { address: string; family: number }[], family?: number) => void,
  ): void => {
    if (options.all === true) return callback(null, pinned);
    const [first] = pinned;
    return callback(null, first?.address ?? '', first?.family ?? 0);
  };
}

/**
 * Posts once over a connection of its own: no redirects, no proxy, no agent that others share. It answers as soon as the
 * status is known, and never reads more than 64 KiB of what follows.
 *
 * @throws NOTIFICATION_FAILED with `details.reason` `unreachable`; whatever the signal's reason is
 */
export async function postOnce(post: Post): Promise<PostAnswer> {
  const { endpoint, addresses, signal } = post;
  const { request } = endpoint.secure ? await import('node:https') : await import('node:http');
  signal.throwIfAborted();
  return new Promise<PostAnswer>((resolve, reject) => {
    const sent = request({
      method: 'POST',
      host: endpoint.host,
      port: endpoint.port,
      path: endpoint.path,
      headers: { ...post.headers, host: endpoint.authority, 'content-length': String(Buffer.byteLength(post.body)) },
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      lookup: pinnedLookup(addresses),
      ...(endpoint.secure ? { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(post.ca === undefined ? {} : { ca: post.ca }) } : {}),
    });
    const stop = (): void => {
      reject(signal.reason);
      sent.destroy();
    };
    signal.addEventListener('abort', stop, { once: true });
    sent.once('close', () => {
      signal.removeEventListener('abort', stop);
      reject(unreachable());
    });
    sent.on('error', (cause) => reject(unreachable(cause)));
    sent.on('socket', (socket) => {
      socket.once('connect', () => {
        // Cannot happen while `lookup` is asked; it is what everything here is for, so it is looked at.
        if (socket.remoteAddress === undefined || !addresses.includes(socket.remoteAddress)) sent.destroy();
      });
    });
    sent.once('response', (response) => {
      const wait = Number(response.headers['retry-after'] ?? Number.NaN);
      resolve({ status: response.statusCode ?? 0, retryAfterSeconds: Number.isFinite(wait) && wait >= 0 ? wait : null });
      let size = 0;
      response.on('data', (chunk: Uint8Array) => {
        size += chunk.length;
        if (size > MAX_BODY_BYTES) sent.destroy();
      });
      response.on('error', () => undefined);
    });
    sent.end(post.body);
  });
}

/** Codes such as ECONNRESET; what else an error holds may repeat the URL. */
function unreachable(cause?: unknown): CastellanError {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return new CastellanError('NOTIFICATION_FAILED', {
    message: 'The endpoint cannot be reached, or broke off.',
    details: { reason: 'unreachable', ...(typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? { code } : {}) },
    retryable: true,
    cause,
  });
}
