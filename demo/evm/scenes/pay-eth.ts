import assert from 'node:assert/strict';
import { formatAmount, parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** An ordinary payment. */
export const payEth: Scene<EvmStage> = {
  title: 'An approved payment in ETH',
  story: 'The bookkeeper pays a supplier on its list 0.5 ETH, and waits until three blocks stand over it.',
  expected: 'success',
  async play({ security, chain, supplier }) {
    const before = await chain.balance(supplier);
    const result = await security.agent('bookkeeper').execute({
      id: 'invoice-1',
      to: supplier,
      amount: '0.5',
      asset: 'ETH',
      context: { intent: 'Pay 0.5 ETH for invoice 1' },
    });
    assert.equal(endOf(result), 'success');
    assert.equal((await chain.balance(supplier)) - before, parseAmount('0.5', 18), 'the supplier has the money');
    const fee = formatAmount(result.receipt?.feePaid ?? 0n, 18);
    return {
      actual: endOf(result),
      decision: result.decision,
      line: `Final in block ${result.receipt?.confirmedAtBlock}: the supplier holds 0.5 ETH more, the fee was ${fee} ETH.`,
    };
  },
};
