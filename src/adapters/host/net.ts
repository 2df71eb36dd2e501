import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import type { Net, NetAnswer, NetQuestion } from '../../core/net.ts';
import { readProxies } from './environment.ts';

/** For how long a connection is kept that nothing is asked over, ms: below the 5 s after which common servers close theirs. */
const IDLE_MS = 4_000;
/** Connections to one server at once; further questions wait for one, within their own time. */
const MAX_CONNECTIONS = 256;
/** Idle ones that are kept: as many as a few simulations side by side use. */
const MAX_IDLE = 32;
/** The most that headers may take, bytes. */
const MAX_HEADER_BYTES = 16_384;

/**
 * The machine's network, over connections that are kept for the next question. TLS is checked against the certificates that the
 * process trusts. Answers are asked for uncompressed, so that the bound on their size is one on memory; compressed all the same,
 * they are refused. A proxy is used where the process is told to take those of its environment (`NODE_USE_ENV_PROXY`).
 */
export function systemNet(): Net {
  const proxies = readProxies();
  const options = {
    keepAlive: true,
    timeout: IDLE_MS,
    maxSockets: MAX_CONNECTIONS,
    maxFreeSockets: MAX_IDLE,
    ...(proxies === null ? {} : { proxyEnv: proxies }),
  };
  const plain = new HttpAgent(options);
  const secure = new HttpsAgent(options);
  const targetOf = (url: string): RequestOptions => {
    const target = urlToHttpOptions(new URL(url));
    return { ...target, method: 'POST', agent: target.protocol === 'https:' ? secure : plain, maxHeaderSize: MAX_HEADER_BYTES };
  };
  return (url) => {
    let target: RequestOptions | undefined;
    return (question) => {
      const { body, headers, signal } = question;
      if (signal.aborted) return Promise.reject(signal.reason);
      return exchange(() => {
        target ??= targetOf(url);
        const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
        return request({ ...target, headers: { ...headers, 'accept-encoding': 'identity', 'content-length': Buffer.byteLength(body) } });
      }, question);
    };
  };
}

function exchange(begin: () => ClientRequest, { body, maxBytes, signal }: NetQuestion): Promise<NetAnswer> {
  return new Promise((resolve, reject) => {
    const sent = begin();
    const stop = (): void => {
      reject(signal.reason);
      sent.destroy();
    };
    let isOver = false;
    signal.addEventListener('abort', stop);
    sent.on('error', reject);
    // The last that happens, whatever happened.
    sent.once('close', () => {
      signal.removeEventListener('abort', stop);
      if (!isOver) reject(brokenOff());
    });
    const end = (answer: NetAnswer): void => {
      isOver = true;
      resolve(answer);
    };
    sent.once('response', (response) => readAnswer(sent, response, maxBytes, end));
    sent.end(body);
  });
}

/** Reads to the end or the bound; what breaks off before closes the request. */
function readAnswer(sent: ClientRequest, response: IncomingMessage, maxBytes: number, end: (answer: NetAnswer) => void): void {
  const status = response.statusCode ?? 0;
  const refuse = (reason: 'too_large' | 'compressed'): void => {
    end({ status, body: null, reason });
    sent.destroy();
  };
  const encoding = response.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return refuse('compressed');
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) return refuse('too_large');
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size > maxBytes) refuse('too_large');
    else parts.push(part);
  });
  response.on('error', (error) => sent.destroy(error));
  // What breaks off has no end.
  response.once('end', () => end({ status, body: textOf(parts) }));
}

const utf8 = new TextDecoder();

function textOf(parts: readonly Buffer[]): string {
  return utf8.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

function brokenOff(): Error {
  return Object.assign(new Error('The other side broke off.'), { code: 'ECONNRESET' });
}
