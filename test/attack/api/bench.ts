import { expect } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { type RequestRow, type Store, storeKey } from '../../../src/core/store.ts';
import {
  type AgentRequest,
  type ApprovalAnswer,
  type ExecutionResult,
  isCastellanError,
  type SecurityManager,
} from '../../../src/index.ts';
import type { Anvil } from '../../../src/testing/anvil.ts';
import { type Bench, BOB, type Given, type Hooks, hookedStore, openBench, sentBy } from '../../e2e/bench.ts';

/** A payment of a thousandth to BOB. */
export const pay = (id: string, over: object = {}) => ({ id, to: BOB, amount: '0.001', asset: 'ETH', ...over });
/** What no type would let through. */
export const loose = (request: unknown) => request as AgentRequest;
export const lifted = { approvedBy: 'admin', notes: 'looked at' };
export const killed = { reason: 'test', triggeredBy: 'test' };

/** The code of what was thrown; `passed` where nothing was. */
export async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (!isCastellanError(error)) return `not ours: ${String(error)}`;
    return error.code;
  }
  return 'passed';
}

/** The code, and what its details name as the reason. */
export async function refusalOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (!isCastellanError(error)) return `not ours: ${String(error)}`;
    return `${error.code} ${String(error.details['reason'] ?? '')}`.trim();
  }
  return 'passed';
}

/** How an execution ended, in one word. */
export const endOf = ({ status, reasons }: ExecutionResult): string => reasons[0]?.code ?? status;

/** A bench whose store the test can look into, break, and hand to the next manager. */
export interface OpenBook extends Bench {
  readonly hooks: Hooks;
  readonly store: Store;
  readonly factory: { open(): Store };
  row(id: string, agent?: string): Promise<RequestRow>;
  /** The bytes that a permit is for. */
  payloadOf(id: string): Promise<Uint8Array>;
}

export async function openBook(anvil: Anvil, given: Given = {}, clock: Clock = systemClock()): Promise<OpenBook> {
  const hooks: Hooks = {};
  const { store, factory } = hookedStore(hooks, { clock });
  const bench = await openBench(anvil, { store: factory, ...given });
  const row = async (id: string, agent = 'a1') => (await store.get([storeKey.request(agent, id)]))[0] as unknown as RequestRow;
  return {
    ...bench,
    hooks,
    store,
    factory,
    row,
    payloadOf: async (id) => new Uint8Array(Buffer.from((await row(id)).payload ?? '', 'base64')),
  };
}

/** Nothing of the agent's wallet reached the chain, and nothing of it waits with the network. */
export async function nothingSent(anvil: Anvil, { wallet }: Pick<Bench, 'wallet'>, before = 0): Promise<void> {
  expect(await sentBy(anvil, wallet)).toBe(before);
  expect(Number(await anvil.rpc('eth_getTransactionCount', [wallet.address, 'pending']))).toBe(before);
}

/** The open question to a person behind an execution that waits for one. */
export async function askedFor(security: SecurityManager, request: AgentRequest, agent = 'a1') {
  const result = await security.agent(agent).execute(request);
  expect(result.status, JSON.stringify(result.reasons)).toBe('approval_pending');
  const record = await security.approvals.get(result.approvalId ?? '');
  if (record === undefined) throw new Error('nobody was asked');
  return record.request;
}

/** A clock that the test can set ahead or back. */
export function movableClock(): { readonly clock: Clock; move(ms: number): void } {
  const system = systemClock();
  let moved = 0;
  const clock = { ...system, nowMs: () => system.nowMs() + moved, monotonicMs: () => system.monotonicMs() + moved };
  return {
    clock,
    move(ms) {
      moved += ms;
    },
  };
}

/** An answer that must not count: refused, or without effect; and what it is about must not be paid. */
export async function worthless(anvil: Anvil, { security, wallet }: Bench, answer: unknown, request: AgentRequest): Promise<void> {
  const before = await sentBy(anvil, wallet);
  const code = await codeOf(() => security.approvals.answer(answer as ApprovalAnswer));
  expect(['APPROVAL_INVALID', 'APPROVAL_UNKNOWN', 'REQUEST_INVALID', 'SIGNATURE_INVALID', 'passed']).toContain(code);
  expect((await security.agent('a1').execute(request)).status).not.toBe('success');
  expect(await sentBy(anvil, wallet)).toBe(before);
}

/** Limits alone: what risk would make of large amounts is not the question there. */
export const LIMITS_ALONE = { risk: { enabled: false }, allowUnenforced: true };
