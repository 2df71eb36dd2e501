import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { CastellanError } from '../../core/errors.ts';
import { postOnce } from './post.ts';
import { systemLookup } from './resolve.ts';
import { type Lookup, parseWebEndpoint, resolveWebEndpoint } from './ssrf.ts';

/** Where posts go, and how long one may take. */
export interface PosterOptions {
  /** https to a public host; it may hold a token, and is never printed. */
  readonly url: string;
  readonly secret?: string | undefined;
  readonly clock: Clock;
  /** Default: DNS. Its answers are checked, and connected to. */
  readonly lookup?: Lookup | undefined;
  /** Also http and https to this machine. Default false. */
  readonly allowLoopback?: boolean | undefined;
  /** Bounds one attempt, looking the name up included, ms. Default 8,000. */
  readonly timeoutMs?: number | undefined;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
}

/** Posts once. @throws NOTIFICATION_FAILED, TIMEOUT; whatever the signal's reason is */
export type Poster = (body: string, headers: () => Readonly<Record<string, string>>, given: AbortSignal) => Promise<void>;

/** How long an answer's body may take to arrive before the connection is dropped, ms. */
const LINGER_MS = 1_000;
/** What another attempt at once may change. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Makes a poster of JSON to one endpoint. Each post looks the name up anew, checks every address, and connects to what it
 * checked; only a 2xx counts, and redirects are not followed. Headers are made when the connection may be: a signature is of
 * that moment.
 *
 * @throws CONFIG_INVALID for a URL that nothing is sent to, or a short secret
 */
export function createPoster(options: PosterOptions): Poster {
  const { clock, secret, ca, lookup = (host: string) => systemLookup(host), timeoutMs = 8_000 } = options;
  const endpoint = parseWebEndpoint(options.url, { allowLoopback: options.allowLoopback ?? false });
  if (secret !== undefined && (typeof secret !== 'string' || secret.length < 16 || !secret.isWellFormed()))
    throw new CastellanError('CONFIG_INVALID', {
      message: 'The secret of a webhook has 16 characters or more.',
      details: { reason: 'secret' },
    });
  const deadlines = createDeadlines(clock);

  return async (body, headers, given) => {
    const over = new AbortController();
    const { status, retryAfterSeconds } = await deadlines.within(timeoutMs, async (late) => {
      const signal = AbortSignal.any([late, given, over.signal]);
      const addresses = await resolveWebEndpoint(endpoint, lookup);
      signal.throwIfAborted();
      const own = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'castellan' };
      return postOnce({ endpoint, addresses, headers: { ...own, ...headers() }, body, signal, ca });
    });
    // The answer is in the status: a body that does not end is left behind.
    clock.schedule(LINGER_MS, () => over.abort());
    if (status >= 200 && status < 300) return;
    throw new CastellanError('NOTIFICATION_FAILED', {
      message: 'The endpoint did not accept the notice.',
      details: { reason: status >= 300 && status < 400 ? 'redirect' : 'status', status, retryAfterSeconds },
      retryable: status >= 500 || PASSING.has(status),
    });
  };
}
