import assert from 'node:assert/strict';
import { formatAmount, parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** An ordinary token payment: an order to the wallet's own token account, which passes it on. */
export const payJetton: Scene<TonStage> = {
  title: 'An approved payment in a jetton',
  story: 'The same shop gets 100 USDT, from token account to token account; what is left of the gas comes back.',
  expected: 'success',
  async play({ security, chain, wallets, shop }) {
    const { address } = wallets.clerk;
    const before = { nanoton: await chain.balance(address), shop: await chain.tokens(shop) };
    const result = await security.agent('clerk').execute({ id: 'invoice-12', to: shop, amount: '100', asset: 'USDT' });
    assert.equal(endOf(result), 'success');
    assert.equal((await chain.tokens(shop)) - before.shop, parseAmount('100', 6), 'the shop has the tokens');
    const feePaid = result.receipt?.feePaid ?? 0n;
    const fee = result.decision.effects.find(({ kind }) => kind === 'fee');
    assert.ok(fee?.kind === 'fee' && feePaid > 0n && feePaid < BigInt(fee.max), 'the fee that was judged covers the gas');
    assert.equal(before.nanoton - (await chain.balance(address)), feePaid, 'to the nanoton');
    return {
      actual: endOf(result),
      decision: result.decision,
      line: `100 USDT arrived; judged with a fee of at most ${formatAmount(BigInt(fee.max), 9)} TON, it took ${formatAmount(feePaid, 9)} TON.`,
    };
  },
};
