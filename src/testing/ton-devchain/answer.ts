import { isCastellanError } from '../../core/index.ts';
import type { DevChain } from './chain.ts';
import { ApiFailure, malformed } from './failure.ts';
import { METHODS } from './methods/index.ts';
import { toParams } from './params.ts';

/** One call, however it came. */
export interface Call {
  readonly method: string;
  readonly params: unknown;
  /** Of JSON-RPC, to be given back; null for a plain GET or POST. */
  readonly id: string | number | null;
  readonly jsonRpc: boolean;
  /** True for the emulation API, whose answers stand without an envelope. */
  readonly bare?: boolean;
}

/** What goes back: status and JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Reads the body of a JSON-RPC request. @throws ApiFailure */
export function readCall(text: string): Call {
  const request = parseJson(text);
  if (Array.isArray(request)) throw new ApiFailure(422, 'Validation error: batches are not served');
  if (typeof request !== 'object' || request === null) throw malformed('the request is an object');
  const { method, params, id } = request as Readonly<Record<string, unknown>>;
  if (typeof method !== 'string') throw malformed('method is a text');
  return { method, params, id: typeof id === 'string' || typeof id === 'number' ? id : null, jsonRpc: true };
}

/** @throws ApiFailure */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('the body is JSON');
  }
}

/** Carries a call out. A failure of any kind becomes an answer. */
export async function answerCall(chain: DevChain, call: Call): Promise<Answer> {
  const method = METHODS.get(call.method);
  try {
    if (call.bare === true) {
      const params = toParams(call.params);
      return { status: 200, body: await chain.emulate(params.cell('boc'), params.flag('ignore_chksig', false)) };
    }
    if (method === undefined) throw new ApiFailure(call.jsonRpc ? 422 : 404, `no method ${call.method.slice(0, 80)}`);
    return { status: 200, body: { ok: true, result: await method(chain, toParams(call.params)), ...envelope(call) } };
  } catch (error) {
    return failureAnswer(error, call);
  }
}

/** The error answer of toncenter. */
export function failureAnswer(error: unknown, call: Call | null): Answer {
  const status = error instanceof ApiFailure ? error.status : isCastellanError(error) && error.code === 'CONFIG_INVALID' ? 422 : 500;
  const text = error instanceof Error ? error.message : 'internal error';
  return { status, body: { ok: false, error: text, code: status, ...envelope(call) } };
}

const envelope = (call: Call | null): object => (call?.jsonRpc === true ? { id: call.id, jsonrpc: '2.0' } : {});
