import assert from 'node:assert/strict';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** A harmless call whose outflow is in no byte of it. */
export const drain: Scene<EvmStage> = {
  title: 'A contract that drains in simulation',
  story: 'The trader once let a listed pool take up to 120 USDC. Now it calls claimRewards: no value, no amount in the bytes.',
  expected: 'denied: simulation_exceeds_intent',
  async play({ security, chain, usdc, pool, wallets, funding, thief }) {
    const trader = security.agent('trader');
    const allowed = await trader.execute({ id: 'allow-pool', spender: pool.address, amount: '120', asset: 'USDC' });
    assert.equal(allowed.status, 'success', 'a limited allowance to a listed spender is fine');
    const nonce = await chain.nonce(wallets.trader.address);
    const result = await trader.execute({
      id: 'claim-rewards',
      to: pool.address,
      data: pool.data('claimRewards', [usdc.address]),
      context: { intent: 'Claim the rewards of the pool' },
    });
    const seen = result.decision.effects.filter(({ kind, source }) => kind === 'outflow' && source === 'simulation');
    assert.ok(!result.decision.effects.some(({ kind, source }) => kind === 'outflow' && source === 'bytes'), 'the bytes show no outflow');
    assert.ok(seen.length > 0, 'the simulation shows one');
    assert.equal(await chain.nonce(wallets.trader.address), nonce, 'nothing was sent');
    assert.equal(await chain.tokenBalance(usdc.address, wallets.trader.address), funding.usdc);
    assert.equal(await chain.tokenBalance(usdc.address, thief), 0n);
    return {
      actual: endOf(result),
      decision: result.decision,
      line: 'Only the dry run showed the whole balance leaving for the thief. The wallet still holds its 120 USDC.',
    };
  },
};
