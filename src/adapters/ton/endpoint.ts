import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { type Bounds, boundedAsk } from '../../core/failover/bounded-ask.ts';
import { malformed, readObject } from './answer.ts';
import type { FetchFunction } from './config.ts';

/** The most that an answer may hold, bytes: the network's whole configuration is about 1 MiB in base64. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Parameters of a method, by name. */
export type MethodParams = Readonly<Record<string, unknown>>;

/** One endpoint: a question, an answer, nothing remembered. */
export interface Endpoint {
  /**
   * Asks once.
   * @throws CHAIN_REJECTED where the node answered with an error (`details` rpcCode, rpcMessage); TIMEOUT;
   * CHAIN_UNAVAILABLE where it cannot be reached or is overloaded; CHAIN_RESPONSE_INVALID for an answer that is none; SHUTTING_DOWN
   */
  ask(method: string, params: MethodParams, signal?: AbortSignal): Promise<unknown>;
}

/** What an endpoint is made of. */
export interface EndpointParts extends Bounds {
  readonly url: string;
  /** Sent as `X-API-Key`. */
  readonly apiKey?: string;
  /** How it is called in errors; URLs may hold credentials. */
  readonly index: number;
  readonly fetch?: FetchFunction;
}

function invalid(reason: 'too_large' | 'not_json'): CastellanError {
  const message = reason === 'too_large' ? 'The endpoint’s answer is too large.' : 'The endpoint’s answer is no JSON.';
  return new CastellanError('CHAIN_RESPONSE_INVALID', { message, details: { reason }, retryable: true });
}

function unreachable(details: { readonly status?: number }, cause?: unknown): CastellanError {
  return new CastellanError('CHAIN_UNAVAILABLE', { message: 'The endpoint cannot be reached.', details, retryable: true, cause });
}

/** Says which endpoint and method an error is about. */
function located(error: unknown, index: number, method: string): CastellanError {
  const known = isCastellanError(error) ? error : unreachable({}, error);
  if (known.code === 'SHUTTING_DOWN') return known;
  return new CastellanError(known.code, {
    message: known.shortMessage,
    details: { ...known.details, endpoint: index, method },
    retryable: known.retryable,
    cause: known.getCause(),
  });
}

/** The body as text, counted while it comes in. @throws CHAIN_RESPONSE_INVALID with `details.reason` `too_large` */
async function readBody(response: Response): Promise<string> {
  if (Number(response.headers.get('content-length') ?? 0) > MAX_ANSWER_BYTES) {
    await response.body?.cancel();
    throw invalid('too_large');
  }
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString('utf8');
    size += value.length;
    if (size > MAX_ANSWER_BYTES) {
      await reader.cancel();
      throw invalid('too_large');
    }
    chunks.push(value);
  }
}

/** An error in the words of the node; null where the body is none of its errors. */
function readRefusal(body: string, status: number, apiKey: string | undefined): CastellanError | null {
  const fields = parseJson(body);
  if (typeof fields !== 'object' || fields === null || (fields as { readonly ok?: unknown }).ok !== false) return null;
  const { error, result, code } = fields as { readonly error?: unknown; readonly result?: unknown; readonly code?: unknown };
  const words = typeof error === 'string' ? error : result;
  if (typeof words !== 'string') return null;
  const rpcCode = typeof code === 'number' && Number.isInteger(code) ? code : status;
  if (isBusy(rpcCode)) return unreachable({ status: rpcCode });
  const shown = apiKey === undefined ? words : words.replaceAll(apiKey, '…');
  // The node's own words, without what could dress them up.
  const rpcMessage = shown.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 500);
  return new CastellanError('CHAIN_REJECTED', { message: 'The node refused the call.', details: { rpcCode, rpcMessage } });
}

/** Overloaded, limited, or with nobody behind the gateway: the answer says nothing of the question. */
function isBusy(status: number): boolean {
  return status === 429 || (status > 500 && status < 600);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readAnswer(body: string, id: string, status: number, apiKey: string | undefined): unknown {
  if (isBusy(status)) throw unreachable({ status });
  const refusal = readRefusal(body, status, apiKey);
  if (refusal !== null) throw refusal;
  if (status !== 200) throw unreachable({ status });
  const answer = parseJson(body);
  if (answer === undefined) throw invalid('not_json');
  const fields = readObject(answer, 'answer');
  if (fields['ok'] !== true || !Object.hasOwn(fields, 'result')) throw malformed('answer');
  if (fields['id'] !== undefined && String(fields['id']) !== id) throw malformed('answer.id', 'another_question');
  return fields['result'];
}

/** Makes the client of one toncenter v2 JSON-RPC endpoint over HTTP. No redirects, no retries, bounded time and size. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  const { url, apiKey, index } = parts;
  const network = parts.fetch ?? fetch;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(apiKey === undefined ? {} : { 'X-API-Key': apiKey }),
  };
  let asked = 0;

  return {
    ask(method, params, signal) {
      asked += 1;
      const id = String(asked);
      const body = JSON.stringify({ id, jsonrpc: '2.0', method, params });
      const exchange = async (abort: AbortSignal): Promise<unknown> => {
        const response = await network(url, { method: 'POST', headers, body, redirect: 'error', signal: abort });
        return readAnswer(await readBody(response), id, response.status, apiKey);
      };
      return boundedAsk(parts, { endpoint: index, method, signal }, exchange, (error) => located(error, index, method));
    },
  };
}

/** Makes what posts JSON to one address and takes a JSON object back, in the same bounds as an endpoint. */
export function createPost(parts: EndpointParts, method: string): (body: object, signal?: AbortSignal) => Promise<unknown> {
  const { url, apiKey, index } = parts;
  const network = parts.fetch ?? fetch;
  const headers = { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { 'X-API-Key': apiKey }) };
  return (body, signal) => {
    const exchange = async (abort: AbortSignal): Promise<unknown> => {
      const sent = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal: abort } as const;
      const response = await network(url, sent);
      const text = await readBody(response);
      if (response.status !== 200) throw unreachable({ status: response.status });
      const answer = parseJson(text);
      if (answer === undefined) throw invalid('not_json');
      return answer;
    };
    return boundedAsk(parts, { endpoint: index, method, signal }, exchange, (error) => located(error, index, method));
  };
}
