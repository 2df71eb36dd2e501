import assert from 'node:assert/strict';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** The approval that every phishing page asks for. */
export const approveUnlimited: Scene<EvmStage> = {
  title: 'Approve unlimited',
  story: 'The pool is on the trader’s list, so 120 USDC were fine; now it asks for an allowance without a bound.',
  expected: 'denied: allowance_not_allowed',
  async play({ security, chain, usdc, pool, wallets }) {
    const nonce = await chain.nonce(wallets.trader.address);
    const result = await security.agent('trader').execute({
      id: 'allow-everything',
      spender: pool.address,
      amount: 'unlimited',
      asset: 'USDC',
    });
    const allowance = await chain.allowance(usdc.address, wallets.trader.address, pool.address);
    assert.equal(allowance, 120_000_000n, 'the old allowance stands as it was');
    assert.equal(await chain.nonce(wallets.trader.address), nonce, 'nothing was sent');
    return {
      actual: endOf(result),
      decision: result.decision,
      line: 'No allowance is unlimited unless its owner says so; the old one of 120 USDC stands.',
    };
  },
};
