import type { GuardedProvider } from '../wallets/index.ts';

/** The most calls in one batch. */
const MAX_BATCH = 100;

type Answer = Readonly<Record<string, unknown>>;

const failure = (id: unknown, code: number, message: string, data?: unknown): Answer => ({
  jsonrpc: '2.0',
  id: id ?? null,
  error: { code, message, ...(data === undefined || data === null ? {} : { data }) },
});

/**
 * Answers one body of JSON-RPC 2.0, a call or a batch, through a provider. Never rejects. Null where nothing is to be answered.
 * @see https://www.jsonrpc.org/specification
 */
export async function answerBody(body: Uint8Array, provider: Pick<GuardedProvider, 'request'>): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return failure(null, -32700, 'The body is no JSON.');
  }
  if (!Array.isArray(parsed)) return answerCall(parsed, provider);
  if (parsed.length === 0 || parsed.length > MAX_BATCH) return failure(null, -32600, `A batch has 1 to ${MAX_BATCH} calls.`);
  const answers: Answer[] = [];
  // One after the other: a batch of payments is in order, and asks for no more at once than a caller without batches.
  for (const call of parsed as readonly unknown[]) {
    const answer = await answerCall(call, provider);
    if (answer !== null) answers.push(answer);
  }
  return answers.length === 0 ? null : answers;
}

async function answerCall(call: unknown, provider: Pick<GuardedProvider, 'request'>): Promise<Answer | null> {
  if (typeof call !== 'object' || call === null || Array.isArray(call)) return failure(null, -32600, 'A call is an object.');
  const { jsonrpc, id, method, params } = call as Readonly<Record<string, unknown>>;
  const isId = id === undefined || id === null || typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isId) return failure(isId ? id : null, -32600, 'The call is not JSON-RPC 2.0.');
  // A call that wants no answer could fail unseen: nothing is done for it.
  if (id === undefined) return null;
  try {
    const result = await provider.request({ method, params: params ?? [] });
    return { jsonrpc: '2.0', id, result: result ?? null };
  } catch (error) {
    const { code, message, data } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown; readonly data?: unknown };
    if (typeof code !== 'number' || !Number.isInteger(code)) return failure(id, -32603, 'The call failed.');
    return failure(id, code, typeof message === 'string' ? message.slice(0, 500) : 'The call failed.', data);
  }
}
