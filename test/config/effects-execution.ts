import { expect } from 'vitest';
import { signApproval } from '../../src/index.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { BOB, configOf, FREE, openBench, person, registered, stranger } from '../e2e/bench.ts';
import { open } from './bench.ts';
import type { Effects } from './effect.ts';
import { asked, elapsed, pay, SMALL } from './gate-asking.ts';

const ann = person('ann');
const ben = person('ben');

const WEBHOOK = { file: 'test/e2e/approval-webhook.test.ts', title: 'brings the question to people and their answer back' } as const;
const PREVIOUS = {
  file: 'test/e2e/approval-webhook.test.ts',
  title: 'takes replies that are signed with the previous secret until its time, and signs with the new one',
} as const;
const QUORUMS = {
  file: 'test/e2e/approval-quorums.test.ts',
  title: 'of the deployment hold for every agent, whatever its permissions say',
} as const;

/** Fields whose effect shows in who is asked, and in what is signed and sent. */
export const EXECUTION_EFFECTS: Effects = {
  'custody.platformManaged': async ({ anvil }) => {
    const outcomes: string[] = [];
    for (const platformManaged of [true, false]) {
      await using bench = await openBench(anvil, { custody: { platformManaged } });
      const { security, wallet } = bench;
      outcomes.push((await security.agent('a1').execute(pay())).status);
      expect(Number(await anvil.rpc('eth_getTransactionCount', [wallet.address, 'latest']))).toBe(platformManaged ? 1 : 0);
    }
    expect(outcomes[0]).toBe('success');
    expect(outcomes[1]).not.toBe('success');
  },
  'custody.owner': async ({ anvil }) => {
    const owner = { address: BOB, signTypedData: async () => '0x' };
    const codes: string[] = [];
    for (const custody of [{}, { owner }]) {
      await using security = open(configOf(anvil, { custody }));
      const told = await security.custody.createWallet('owner', 'a1', { mode: 'smart-contract' } as never).then(
        () => 'made',
        (error: { code: string; message: string }) => `${error.code} ${error.message}`,
      );
      codes.push(told);
    }
    expect(codes[0]).toMatch(/owner/);
    expect(codes[1]).not.toBe(codes[0]);
  },
  'custody.signer': async ({ anvil }) => {
    const signer = { algorithm: 'secp256k1', address: BOB, sign: async () => null } as const;
    const found: string[] = [];
    for (const custody of [{}, { signer }]) {
      await using security = open(configOf(anvil, { custody }));
      found.push(
        await security.custody.createWallet('owner', 'a1', { mode: 'non-custodial' } as never).then(
          ({ address }) => address,
          (error: { code: string }) => error.code,
        ),
      );
    }
    expect(found[1]?.toLowerCase()).toBe(BOB.toLowerCase());
    expect(found[0]).not.toBe(found[1]);
  },
  'custody.signerTimeoutMs': { file: 'test/e2e/custody-provider.test.ts', title: 'no answer is no yes, and nobody to ask is said' },
  'approvals.ttlMs': async ({ anvil }) => {
    const states: unknown[] = [];
    for (const ttlMs of [60_000, 40]) {
      await using bench = await openBench(anvil, { registry: { keys: [registered(ann, 'approver')] }, approvals: { ttlMs } });
      const { approvalId = '' } = await bench.security.agent('a1').execute(pay(SMALL));
      await new Promise((resolve) => setTimeout(resolve, 120));
      states.push((await bench.security.approvals.get(approvalId))?.state);
    }
    expect(states).toEqual(['pending', 'expired']);
  },
  'approvals.waitMs': async ({ anvil }) => {
    const took = (waitMs: number) =>
      elapsed(() => asked(anvil, { registry: { keys: [registered(ann, 'approver')] }, approvals: { waitMs } }, SMALL));
    expect((await took(1_500)) - (await took(0))).toBeGreaterThan(1_000);
  },
  'approvals.providers[].kind': { ...WEBHOOK, word: 'webhook' },
  'approvals.providers[].url': WEBHOOK,
  'approvals.providers[].secret': WEBHOOK,
  'approvals.providers[].previous.secret': { ...PREVIOUS, word: 'previous' },
  'approvals.providers[].previous.until': { ...PREVIOUS, word: 'until' },
  'approvals.providers[].allowLoopback': WEBHOOK,
  'approvals.replyPort': { ...WEBHOOK, word: 'replyPort' },
  'approvals.quorums[].above': { ...QUORUMS, word: 'above' },
  'approvals.quorums[].reasons': QUORUMS,
  'approvals.quorums[].rules': { ...QUORUMS, word: 'rules' },
  'approvals.quorums[].need.owner': { ...QUORUMS, word: 'owner' },
  'approvals.quorums[].need.operator': { ...QUORUMS, word: 'operator' },
  'approvals.quorums[].need.approver': { ...QUORUMS, word: 'approver' },
  'registry.quorums.approver': async ({ anvil }) => {
    const statuses: string[] = [];
    for (const quorums of [{}, { approver: 2 }]) {
      const registry = { keys: [registered(ann, 'approver'), registered(ben, 'approver')], quorums };
      await using bench = await openBench(anvil, { registry });
      const request = pay(SMALL);
      const { approvalId = '' } = await bench.security.agent('a1').execute(request);
      const record = await bench.security.approvals.get(approvalId);
      if (record === undefined) throw new Error('nobody was asked');
      await bench.security.approvals.answer(signApproval(ann, record.request, 'approve'));
      statuses.push((await bench.security.agent('a1').execute(request)).status);
    }
    expect(statuses).toEqual(['success', 'approval_pending']);
  },
  'execution.settleTimeoutMs': async () => {
    const slow = await startAnvil({ automine: false });
    try {
      const took: number[] = [];
      for (const settleTimeoutMs of [50, 1_500]) {
        const execution = { settleTimeoutMs, reconcileMs: 3_600_000 };
        await using security = open(configOf(slow, { execution }));
        const { address } = await security.custody.createWallet('owner', 'a1');
        await slow.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);
        took.push(await elapsed(async () => expect((await security.agent('a1').execute(pay())).pending).toBe(true)));
      }
      expect((took[1] ?? 0) - (took[0] ?? 0)).toBeGreaterThan(1_000);
    } finally {
      await slow.stop();
    }
  },
  'execution.reconcileMs': async () => {
    const slow = await startAnvil({ automine: false });
    try {
      const settled: number[] = [];
      for (const reconcileMs of [50, 3_600_000]) {
        await using security = open(configOf(slow, { execution: { settleTimeoutMs: 50, reconcileMs } }));
        let final = 0;
        security.onEvent(({ type }) => void (final += type === 'execution_success' ? 1 : 0));
        await security.start();
        const { address } = await security.custody.createWallet('owner', 'a1');
        await slow.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);
        expect((await security.agent('a1').execute(pay())).pending).toBe(true);
        await slow.rpc('anvil_mine', ['0x2']);
        // Nobody asks again: only the background work finds out.
        for (let waited = 0; waited < 1_500 && final === 0; waited += 50) await new Promise((resolve) => setTimeout(resolve, 50));
        settled.push(final);
      }
      expect(settled).toEqual([1, 0]);
    } finally {
      await slow.stop();
    }
  },
  'execution.simulationStaleMs': async ({ anvil }) => {
    const outcomes: unknown[] = [];
    for (const simulationStaleMs of [20, 600_000]) {
      const payee = stranger();
      const agents = { a1: { ...FREE, allowedDestinations: [payee] } };
      const execution = { settleTimeoutMs: 5_000, reconcileMs: 3_600_000, simulationStaleMs };
      await using bench = await openBench(anvil, { agents, execution });
      const agent = bench.security.agent('a1');
      const request = pay({ to: payee });
      expect((await agent.authorize(request)).approved).toBe(true);
      // From now on the payment would revert: whoever looks again sees it, and signs nothing.
      await anvil.rpc('anvil_setCode', [payee, '0x60006000fd']);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const { status, txHash } = await agent.execute(request);
      outcomes.push([status, txHash !== undefined]);
    }
    expect(outcomes).toEqual([
      ['simulation_stale', false],
      ['execution_failed', true],
    ]);
  },
};
