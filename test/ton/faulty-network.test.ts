import { describe, expect, it } from 'vitest';
import { runSends } from '../../scripts/scorecard/ton-sends.ts';
import { judgeSends } from '../../scripts/scorecard/ton-sends-judge.ts';
import { type Order, orderOf, type Patience, pay } from '../../scripts/scorecard/ton-sends-orders.ts';
import { openSendsScene, type Payer } from '../../scripts/scorecard/ton-sends-scene.ts';

const PATIENT: Patience = { settleTimeoutMs: 10_000, untilOver: true, askers: 1 };

describe('a network that forgets messages, behind an endpoint that fails', () => {
  it('each order is paid once, and the books are right', async () => {
    const { doublePayments, delivered, faults, storms } = await runSends({ sends: 12, agents: 3, seed: 3, blockMs: null });
    expect(faults).toEqual([]);
    expect([doublePayments, delivered, storms]).toEqual([0, 12, 1]);
  });

  it('an agent that does not wait for the end of one request pays twice, and the judge sees it', async () => {
    await using scene = await openSendsScene(1);
    const [payer] = scene.payers as readonly [Payer];
    const first = orderOf(payer, 1, 'TON');
    // The very same order once more, as somebody who has forgotten the first would ask.
    const again: Order = { ...first, requests: [] };
    await pay(scene.security, first, PATIENT);
    expect(await judgeSends(scene, [first])).toEqual({ doublePayments: 0, delivered: 1, faults: [] });
    again.requests.push({
      id: 'over',
      answers: first.requests[0]?.answers.map((answer) => ({ ...answer, status: 'execution_failed' })) ?? [],
    });
    await pay(scene.security, again, PATIENT);
    const { doublePayments, faults } = await judgeSends(scene, [again]);
    expect(doublePayments).toBe(1);
    expect(faults).toContain('order 1: told 1, arrived 2 times');
    // What is told and did not happen, and what happened and is told of nowhere.
    const unpaid: Order = { ...orderOf(payer, 2, 'USD'), requests: first.requests };
    const judged = await judgeSends(scene, [unpaid]);
    expect(judged.faults).toContain('order 2: told 1, arrived 0 times');
    expect(judged.faults).toContain('order 1: arrived and was not ordered');
    expect(judged.faults.some((fault) => fault.endsWith('executed, and no request told of it'))).toBe(true);
    // Coins that go past the gate are not in its books.
    await scene.chain.fund(payer.wallet.toString(), 5n);
    expect((await judgeSends(scene, [first])).faults.some((fault) => fault.includes('the wallet lost'))).toBe(true);
  });
});
