import { getHttpRpcClient } from 'viem/utils';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { type Bounds, boundedAsk } from '../../core/failover/bounded-ask.ts';
import { malformed, readObject } from './answer.ts';
import type { FetchFunction } from './config.ts';

/** The most that an answer may hold, bytes: a block full of transactions is about 2 MiB. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** One endpoint: a question, an answer, nothing remembered. */
export interface Endpoint {
  /**
   * Asks once.
   * @throws CHAIN_REJECTED where the node answered with an error (`details` rpcCode, rpcMessage, data); TIMEOUT;
   * CHAIN_UNAVAILABLE where it cannot be reached; CHAIN_RESPONSE_INVALID for an answer that is none; SHUTTING_DOWN
   */
  ask(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
}

/** What an endpoint is made of. */
export interface EndpointParts extends Bounds {
  readonly url: string;
  /** How it is called in errors; URLs may hold credentials. */
  readonly index: number;
  readonly fetch?: FetchFunction;
}

function broken(error: unknown, index: number, method: string): CastellanError {
  if (isCastellanError(error)) return error;
  const details = { endpoint: index, method };
  const { name, cause, status } = error as { readonly name?: unknown; readonly cause?: unknown; readonly status?: unknown };
  if (name === 'ResponseBodyTooLargeError') {
    return new CastellanError('CHAIN_RESPONSE_INVALID', {
      message: 'The endpoint’s answer is too large.',
      details: { ...details, reason: 'too_large' },
      retryable: true,
    });
  }
  if (cause instanceof SyntaxError) {
    return new CastellanError('CHAIN_RESPONSE_INVALID', {
      message: 'The endpoint’s answer is no JSON.',
      details: { ...details, reason: 'not_json' },
      retryable: true,
    });
  }
  const facts = typeof status === 'number' ? { ...details, status } : details;
  return new CastellanError('CHAIN_UNAVAILABLE', {
    message: 'The endpoint cannot be reached.',
    details: facts,
    retryable: true,
    cause: error,
  });
}

function rejected(error: unknown, index: number, method: string): CastellanError {
  const { code, message, data } = readObject(error, 'error');
  if (typeof code !== 'number' || !Number.isInteger(code) || typeof message !== 'string') return malformed('error');
  const details = {
    endpoint: index,
    method,
    rpcCode: code,
    // The node's own words, without what could dress them up.
    rpcMessage: message.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 300),
    ...(typeof data === 'string' && /^0x[0-9a-f]*$/i.test(data) ? { data: data.slice(0, 2_048) } : {}),
  };
  return new CastellanError('CHAIN_REJECTED', { message: 'The node refused the call.', details });
}

function readAnswer(answer: unknown, id: number, index: number, method: string): unknown {
  const fields = readObject(answer, 'answer');
  if (fields['error'] !== undefined && fields['error'] !== null) throw rejected(fields['error'], index, method);
  if (fields['jsonrpc'] !== '2.0' || fields['id'] !== id || !Object.hasOwn(fields, 'result')) throw malformed('answer');
  return fields['result'];
}

/** Makes the client of one JSON-RPC endpoint over HTTP. No redirects, no retries, bounded time and size. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  const { index } = parts;
  const options = { maxResponseBodySize: MAX_ANSWER_BYTES, timeout: 0 };
  const http = getHttpRpcClient(parts.url, parts.fetch === undefined ? options : { ...options, fetchFn: parts.fetch });
  let id = 0;

  return {
    ask(method, params, signal) {
      id += 1;
      const body = { jsonrpc: '2.0' as const, id, method, params };
      const exchange = async (abort: AbortSignal): Promise<unknown> =>
        readAnswer(await http.request({ body, fetchOptions: { redirect: 'error', signal: abort } }), body.id, index, method);
      return boundedAsk(parts, { endpoint: index, method, signal }, exchange, (error) => broken(error, index, method));
    },
  };
}
