import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { type Bounds, boundedAsk } from '../../core/failover/bounded-ask.ts';
import type { Net } from '../../core/net.ts';
import { malformed, readObject } from './answer.ts';
import type { FetchFunction } from './config.ts';
import { ExchangeFault, exchangeByFetch, exchangeOverNet } from './exchange.ts';

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
  /** The owner's own network, where there is one. */
  readonly custom?: FetchFunction | undefined;
  /** The host's; without either, the runtime's `fetch`. */
  readonly net?: Net | undefined;
}

/** Codes of the system and of TLS: what else a failure of the network says may repeat the URL. */
const NETWORK_CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Why the network failed: that of the error itself, or of what it came from. */
function networkCode(error: unknown): string | undefined {
  for (let [at, depth] = [error, 0]; typeof at === 'object' && at !== null && depth < 4; depth += 1) {
    const { code, cause } = at as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === 'string' && NETWORK_CODE.test(code)) return code;
    at = cause;
  }
  return undefined;
}

const UNREADABLE = {
  too_large: 'The endpoint’s answer is too large.',
  compressed: 'The endpoint’s answer is compressed, which nobody asked for.',
  not_json: 'The endpoint’s answer is no JSON.',
} as const;

function broken(error: unknown, index: number, method: string): CastellanError {
  if (isCastellanError(error)) return error;
  const details = { endpoint: index, method };
  if (error instanceof ExchangeFault && error.kind !== 'status') {
    return new CastellanError('CHAIN_RESPONSE_INVALID', {
      message: UNREADABLE[error.kind],
      details: { ...details, reason: error.kind },
      retryable: true,
    });
  }
  const code = networkCode(error);
  const facts = {
    ...details,
    ...(error instanceof ExchangeFault && error.status !== undefined ? { status: error.status } : {}),
    ...(code === undefined ? {} : { network: code }),
  };
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
  const { index, url, custom, net } = parts;
  const exchange = custom === undefined && net !== undefined ? exchangeOverNet(url, net) : exchangeByFetch(url, custom);
  let id = 0;

  return {
    ask(method, params, signal) {
      id += 1;
      const body = { jsonrpc: '2.0' as const, id, method, params };
      const asked = async (abort: AbortSignal): Promise<unknown> => readAnswer(await exchange(body, abort), body.id, index, method);
      return boundedAsk(parts, { endpoint: index, method, signal }, asked, (error) => broken(error, index, method));
    },
  };
}
