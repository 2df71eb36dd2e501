import assert from 'node:assert/strict';
import { parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** An ordinary token payment, counted in limits of its own. */
export const payToken: Scene<EvmStage> = {
  title: 'An approved payment in a token',
  story: 'The same supplier gets 100 USDC; the token has limits of its own, 150 a payment and 200 a day.',
  expected: 'success',
  async play({ security, chain, usdc, supplier }) {
    const before = await chain.tokenBalance(usdc.address, supplier);
    const result = await security.agent('bookkeeper').execute({ id: 'invoice-2', to: supplier, amount: '100', asset: 'USDC' });
    assert.equal(endOf(result), 'success');
    assert.equal((await chain.tokenBalance(usdc.address, supplier)) - before, parseAmount('100', 6), 'the supplier has the tokens');
    return {
      actual: endOf(result),
      decision: result.decision,
      line: `Final in block ${result.receipt?.confirmedAtBlock}: the supplier holds 100 USDC more.`,
    };
  },
};
