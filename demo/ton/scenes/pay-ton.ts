import assert from 'node:assert/strict';
import { formatAmount, parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** An ordinary payment. */
export const payTon: Scene<TonStage> = {
  title: 'An approved payment in TON',
  story: 'The clerk pays the shop on its list 1.5 TON with a comment, and waits until every message of the trace has arrived.',
  expected: 'success',
  async play({ security, chain, wallets, shop }) {
    const before = await chain.balance(wallets.clerk.address);
    const comment = 'invoice 11';
    const result = await security.agent('clerk').execute({
      id: 'invoice-11',
      to: shop,
      amount: '1.5',
      asset: 'TON',
      comment,
      context: { intent: 'Pay 1.5 TON for invoice 11' },
    });
    assert.equal(endOf(result), 'success');
    const paid = parseAmount('1.5', 9);
    const feePaid = result.receipt?.feePaid ?? 0n;
    assert.deepEqual(await chain.lastArrival(shop), { nanoton: paid, comment }, 'the shop has the money, and knows what for');
    assert.equal(before - (await chain.balance(wallets.clerk.address)), paid + feePaid, 'to the nanoton');
    return {
      actual: endOf(result),
      decision: result.decision,
      line: `The trace had ended by block ${result.receipt?.confirmedAtBlock}: 1.5 TON arrived as "${comment}", the fee was ${formatAmount(feePaid, 9)} TON.`,
    };
  },
};
