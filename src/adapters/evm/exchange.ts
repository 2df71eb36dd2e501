import { getHttpRpcClient } from 'viem/utils';
import type { Net } from '../../core/net.ts';
import type { FetchFunction } from './config.ts';

/** The most that an answer may hold, bytes: a block full of transactions is about 2 MiB. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** One question as it is sent. */
export interface RpcBody {
  readonly jsonrpc: '2.0';
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Sends one question to one endpoint, once, and gives the answer as it was parsed, unread. @throws ExchangeFault; what the network throws */
export type Exchange = (body: RpcBody, signal: AbortSignal) => Promise<unknown>;

/** What came back, and is no answer. */
export class ExchangeFault extends Error {
  readonly kind: 'too_large' | 'compressed' | 'not_json' | 'status';
  readonly status: number | undefined;

  constructor(kind: ExchangeFault['kind'], status?: number, cause?: unknown) {
    super(kind, { cause });
    this.kind = kind;
    this.status = status;
  }
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'node' } as const;

/** Whether a body that came with a bad status is a node's refusal all the same. */
function isRefusal(answer: unknown): boolean {
  const { error } = (answer ?? {}) as { readonly error?: unknown };
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === 'number' && typeof message === 'string';
}

/** Exchanges over the network of the host. */
export function exchangeOverNet(url: string, net: Net): Exchange {
  const post = net(url);
  return async (question, signal) => {
    const came = await post({ headers: HEADERS, body: JSON.stringify(question), maxBytes: MAX_ANSWER_BYTES, signal });
    if (came.body === null) throw new ExchangeFault(came.reason);
    const { status, body } = came;
    const isGood = status >= 200 && status < 300;
    let answer: unknown;
    try {
      answer = JSON.parse(body);
    } catch (cause) {
      throw isGood ? new ExchangeFault('not_json', undefined, cause) : new ExchangeFault('status', status);
    }
    if (!isGood && !isRefusal(answer)) throw new ExchangeFault('status', status);
    return answer;
  };
}

/** What viem’s client throws, as one of ours where it says what came back. */
function faultOf(error: unknown): unknown {
  const { name, cause, status } = error as { readonly name?: unknown; readonly cause?: unknown; readonly status?: unknown };
  if (name === 'ResponseBodyTooLargeError') return new ExchangeFault('too_large', undefined, error);
  if (cause instanceof SyntaxError) return new ExchangeFault('not_json', undefined, error);
  return typeof status === 'number' ? new ExchangeFault('status', status, error) : error;
}

/** Exchanges by a function like the runtime’s own `fetch`, which is taken where none is given. */
export function exchangeByFetch(url: string, fetchFn?: FetchFunction): Exchange {
  const options = { maxResponseBodySize: MAX_ANSWER_BYTES, timeout: 0 };
  const http = getHttpRpcClient(url, fetchFn === undefined ? options : { ...options, fetchFn });
  return async (body, signal) => {
    try {
      return await http.request({ body, fetchOptions: { redirect: 'error', signal } });
    } catch (error) {
      throw faultOf(error);
    }
  };
}
