import { sha256Hex } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { ChainId } from '../../../core/ids.ts';
import type { AccountOverride, StateOverrides } from '../accounts/account-model.ts';
import { accountOf, type EvmAddress } from '../address.ts';
import { readAddress, readBytes, readHash, readObject, readQuantity, toQuantity } from '../answer.ts';
import type { Block } from '../block.ts';
import type { RpcClient } from '../client.ts';
import type { CallResult, Surroundings } from '../dry-run.ts';
import { readCallTrace } from './call-trace.ts';
import { entries, MAX_ACCOUNTS, MAX_SLOTS } from './state-diff.ts';

const EMPTY_SLOT = `0x${'00'.repeat(32)}`;
/** What an account is that a transaction leaves nothing of. */
const GONE: AccountOverride = { balance: '0x0', nonce: '0x0', code: '0x' };
/** EIP-7702: no code of its own. */
const DELEGATED = /^0xef0100[0-9a-f]{40}$/;

/** A transaction that was traced: what it came to, and the state that it leaves. */
export interface TracedRun {
  readonly result: CallResult;
  readonly after: StateOverrides;
}

/** A nonce is a number in some nodes' traces and a quantity in others'. */
function nonceOf(value: unknown): `0x${string}` {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return toQuantity(value);
  return toQuantity(readQuantity(value, 'trace.nonce'));
}

function slotsOf(account: unknown): readonly (readonly [string, unknown])[] {
  return entries(readObject(account ?? {}, 'trace.account')['storage'], 'trace.storage', MAX_SLOTS);
}

/** Slots that would be empty stand on the side of before alone. */
function overrideOf(pre: unknown, post: unknown): AccountOverride {
  const { balance, nonce, code } = readObject(post, 'trace.account');
  const stateDiff: Record<string, string> = {};
  for (const [slot] of slotsOf(pre)) stateDiff[readHash(slot, 'trace.slot')] = EMPTY_SLOT;
  for (const [slot, word] of slotsOf(post)) stateDiff[readHash(slot, 'trace.slot')] = readHash(word, 'trace.word');
  return {
    ...(balance === undefined ? {} : { balance: toQuantity(readQuantity(balance, 'trace.balance')) }),
    ...(nonce === undefined ? {} : { nonce: nonceOf(nonce) }),
    ...(code === undefined ? {} : { code: readBytes(code, 'trace.code') }),
    ...(Object.keys(stateDiff).length === 0 ? {} : { stateDiff }),
  };
}

/** The state after a transaction, by `prestateTracer` with `diffMode`, as what a node is told to pretend. @throws CHAIN_RESPONSE_INVALID */
export function stateAfter(answer: unknown): StateOverrides {
  const { pre, post } = readObject(answer, 'trace');
  const before = new Map(entries(pre, 'trace.accounts', MAX_ACCOUNTS).map(([key, value]) => [readAddress(key, 'trace.account'), value]));
  const after: Record<EvmAddress, AccountOverride> = {};
  for (const address of before.keys()) after[address] = GONE;
  for (const [key, account] of entries(post, 'trace.accounts', MAX_ACCOUNTS)) {
    const address = readAddress(key, 'trace.account');
    after[address] = overrideOf(before.get(address), account);
  }
  return after;
}

/**
 * Traces a contract creation, for nodes whose simulation takes calls alone: what it came to, and the state that it leaves, in which
 * everything can be asked that a simulation asks. Null where the node does not trace either.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function traceCreation(
  client: Pick<RpcClient, 'request'>,
  call: Readonly<Record<string, unknown>>,
  head: Block,
  around: Surroundings,
  signal?: AbortSignal,
): Promise<TracedRun | null> {
  const trace = (tracer: string, tracerConfig: object): Promise<unknown> => {
    const pretended = { blockOverrides: around.overrides, stateOverrides: around.pretended };
    return client.request('debug_traceCall', [call, toQuantity(head.number), { tracer, tracerConfig, ...pretended }], signal);
  };
  try {
    const [calls, state] = await Promise.all([trace('callTracer', { withLog: true }), trace('prestateTracer', { diffMode: true })]);
    return { result: readCallTrace(calls), after: stateAfter(state) };
  } catch (error) {
    if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return null;
    throw error;
  }
}

/** Accounts that would have code which had none: what was asked to be created, and what its constructor creates besides. */
export function createdCode(after: StateOverrides, chain: ChainId): readonly Effect[] {
  return Object.entries(after).flatMap(([address, { code }]): readonly Effect[] => {
    if (code === undefined || code === '0x' || DELEGATED.test(code)) return [];
    const bytes = new Uint8Array(Buffer.from(code.slice(2), 'hex'));
    const account = accountOf(chain, address as EvmAddress);
    return [{ kind: 'deploy', account, codeDigest: sha256Hex(bytes), leaf: '0', source: 'simulation' }];
  });
}
