import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvmStage, openEvmStage } from '../../demo/evm/stage.ts';
import type { SlotRow } from '../../src/core/slot.ts';
import type { RequestRow } from '../../src/core/store.ts';
import { turnOf } from '../../src/manager/pipeline/turn.ts';

let stage: EvmStage;
beforeAll(async () => {
  stage = await openEvmStage();
}, 60_000);
afterAll(() => stage?.close());

const payment = (id: string) => ({ id, to: stage.supplier, amount: '0.01', asset: 'ETH' });

describe('a wallet’s transactions are signed in the order of their places', () => {
  it('a payment waits for an earlier permit, and both land once that is used', async () => {
    const agent = stage.security.agent('bookkeeper');
    const { address } = stage.wallets.bookkeeper;
    expect(await agent.authorize(payment('first'))).toMatchObject({ approved: true });

    const impatient = await agent.execute(payment('second'), { settleTimeoutMs: 200 });
    expect(impatient).toMatchObject({ status: 'execution_failed', reasons: [{ retryable: true }] });
    expect(impatient.txHash).toBeUndefined();
    expect(await stage.chain.nonce(address)).toBe(0);
    expect(await stage.chain.waiting()).toBe(0);

    const second = agent.execute(payment('second'));
    const first = await agent.execute(payment('first'));
    expect([first.status, (await second).status]).toEqual(['success', 'success']);
    expect(await stage.chain.nonce(address)).toBe(2);
  });

  it('a permit that an emergency voided gives its place back when it is refused, and the next payment lands', async () => {
    const { security, people } = stage;
    const agent = security.agent('buyer');
    expect(await agent.authorize(payment('held'))).toMatchObject({ approved: true });
    await security.emergency.pauseAgent('buyer', { reason: 'a look', duration: 1, by: people.anna.id });
    const refused = await agent.execute(payment('held'));
    expect(refused).toMatchObject({ status: 'execution_failed', reasons: [{ code: 'agent_paused' }] });
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    expect(await agent.execute(payment('next'))).toMatchObject({ status: 'success' });
    expect(await agent.execute(payment('held'))).toMatchObject({ status: 'success' });
    expect(await stage.chain.nonce(stage.wallets.buyer.address)).toBe(2);
  });
});

describe('turnOf', () => {
  const NOW = 1_000;
  const slots = fc.record({
    held: fc.array(fc.record({ slot: fc.nat(8), dueMs: fc.constantFrom(NOW - 1, NOW, NOW + 1), request: fc.constant('other/agent') }), {
      maxLength: 5,
    }),
    free: fc.array(fc.nat(8), { maxLength: 3 }),
  });

  it('is ours only where nothing earlier is open, and waits only for what may still be used', () => {
    fc.assert(
      fc.property(slots, fc.nat(8), ({ held, free }, slot) => {
        const row = { slot, dueMs: NOW + 1 } as RequestRow;
        const turn = turnOf({ next: 9, held, free, highestUsed: null } satisfies SlotRow, row, NOW);
        const open = [
          ...free.map((at) => ({ at, live: false })),
          ...held.map(({ slot: at, dueMs }) => ({ at, live: dueMs >= NOW })),
        ].filter(({ at }) => at < slot);
        expect(turn).toBe(open.length === 0 ? 'ours' : open.every(({ live }) => live) ? 'wait' : 'hole');
      }),
    );
  });

  it('leaves a request whose own hold is over to the redeem, which refuses it', () => {
    const row = { slot: 3, dueMs: NOW - 1 } as RequestRow;
    expect(turnOf({ next: 9, held: [], free: [0], highestUsed: null }, row, NOW)).toBe('ours');
  });
});
