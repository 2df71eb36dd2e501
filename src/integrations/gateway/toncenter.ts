import { isCastellanError } from '../../core/errors.ts';
import type { GuardedToncenter } from '../wallets/ton/index.ts';

/** What goes back to whoever asked in toncenter's way. */
export interface ToncenterAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One call: JSON-RPC to `…/jsonRPC`, or a method as the last part of the path, with its parameters in the query or in a JSON body. */
export interface ToncenterCall {
  readonly verb: string;
  /** Behind the token, without the query. */
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
}

interface Read {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly envelope: Readonly<Record<string, unknown>>;
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function read({ verb, path, query, body }: ToncenterCall): Read | undefined {
  const named = /^(?:\/api\/v2)?\/([A-Za-z]{1,60})$/.exec(path)?.[1];
  if (named === undefined) return undefined;
  if (named !== 'jsonRPC') {
    const params = verb === 'GET' ? Object.fromEntries(new URLSearchParams(query)) : parse(body);
    return params === undefined ? undefined : { method: named, params, envelope: {} };
  }
  const call = verb === 'POST' ? parse(body) : undefined;
  if (call === undefined || typeof call['method'] !== 'string') return undefined;
  const { id, method, params = {} } = call;
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return undefined;
  return {
    method,
    params: params as Read['params'],
    envelope: { jsonrpc: '2.0', id: typeof id === 'string' || typeof id === 'number' ? id : null },
  };
}

/** Answers one call in the words of toncenter v2. Never rejects. A refusal by the gate is 403, with its reason in `error`. */
export async function answerToncenter(call: ToncenterCall, door: GuardedToncenter): Promise<ToncenterAnswer> {
  const asked = read(call);
  if (asked === undefined) return { status: 422, body: { ok: false, error: 'The call cannot be read.', code: 422 } };
  const { method, params, envelope } = asked;
  try {
    return { status: 200, body: { ok: true, result: await door.request(method, params), ...envelope } };
  } catch (error) {
    const { status, told } = refusal(error);
    return { status, body: { ok: false, error: told, code: status, ...envelope } };
  }
}

const STATUS: Readonly<Record<string, number>> = { REQUEST_INVALID: 422, SIGNING_CLOSED: 404, TIMEOUT: 504 };

function refusal(error: unknown): { readonly status: number; readonly told: string } {
  if (!isCastellanError(error)) return { status: 500, told: 'The call failed.' };
  const { code, details, shortMessage } = error;
  if (code === 'CHAIN_REJECTED') return { status: Number(details['rpcCode']) || 500, told: String(details['rpcMessage'] ?? shortMessage) };
  if (code.startsWith('CHAIN_')) return { status: 502, told: shortMessage };
  const reason = details['reason'];
  return { status: STATUS[code] ?? 403, told: typeof reason === 'string' ? `${reason}: ${shortMessage}` : `${code}: ${shortMessage}` };
}
