import { expect } from 'vitest';
import type { Agent } from '../../../src/index.ts';
import type { Anvil } from '../../../src/testing/anvil.ts';
import { type Bench, FREE, openBench, sentBy } from '../../e2e/bench.ts';
import type { Deployed } from '../../fixtures/evm-contracts.ts';
import { loose } from './bench.ts';

/** A token contract that nobody deployed: what it would do is read from the bytes alone. */
export const LISTED = '0x00000000000000000000000000000000000000aa';

/** An agent that may transfer, call and approve within its limits, and whoever attacks it by asking. */
export interface Asking {
  readonly bench: Bench;
  readonly a1: Agent;
  /** An id that no attack had before. */
  fresh(name: string): string;
  /** Hands the attack to every door that takes a request; it must be a recorded no at each, and nothing may be sent. */
  refused(request: unknown, ...codes: readonly string[]): Promise<void>;
  malformed(request: unknown): Promise<void>;
}

export async function openAsking(anvil: Anvil, batcher?: Deployed): Promise<Asking> {
  const capabilities = { transfers: { enabled: true }, contracts: { enabled: true }, approvals: { enabled: true } };
  const bench = await openBench(anvil, {
    agents: {
      a1: {
        ...FREE,
        capabilities,
        allowedContracts: [...(batcher === undefined ? [] : [{ address: batcher.address }]), { address: LISTED }],
      },
    },
    tokens: [{ symbol: 'TON', address: LISTED, decimals: 6 }],
  });
  const a1 = bench.security.agent('a1');
  let asked = 0;
  async function refused(request: unknown, ...codes: readonly string[]): Promise<void> {
    const before = await sentBy(anvil, bench.wallet);
    const result = await a1.execute(loose(request));
    expect(result.status, JSON.stringify(result.reasons)).not.toBe('success');
    expect(codes, JSON.stringify(result.reasons)).toContain(result.reasons[0]?.code);
    expect(await a1.explain(result.decision.id), 'recorded').toBeDefined();
    expect((await a1.authorize(loose(request))).permit).toBeUndefined();
    expect((await a1.dryRun(loose(request))).wouldProceed).toBe(false);
    expect(await sentBy(anvil, bench.wallet)).toBe(before);
  }
  return {
    bench,
    a1,
    refused,
    malformed: (request) => refused(request, 'request_malformed'),
    fresh(name) {
      asked += 1;
      return `${name}-${asked}`;
    },
  };
}
