import assert from 'node:assert/strict';
import { formatAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import { PRICES, type TonStage } from '../stage.ts';

const DAILY = 250;
const USD_DECIMALS = 6;

/** Coins of 10^`decimals` base units in millionths of a dollar, rounded up. */
const inDollars = (amount: bigint, price: number, decimals: number): bigint => {
  const whole = 10n ** BigInt(decimals);
  return (amount * BigInt(price) * 10n ** BigInt(USD_DECIMALS) + whole - 1n) / whole;
};

/** One day's room, whichever chain it is spent on. */
export const twoChainsOneLimit: Scene<TonStage> = {
  title: 'One limit in dollars over two chains',
  story: `The traveller may spend $${DAILY} a day, with ETH at $${PRICES.ETH} and TON at $${PRICES.TON}: it pays $100 on either chain, then wants $60.`,
  expected: 'success, success, then denied: window_limit',
  async play({ security, chain, wallets, shop, evm, funding }) {
    const traveller = security.agent('traveller');
    const first = await traveller.execute({ id: 'trip-1', to: evm.supplier, amount: '0.04', asset: 'ETH' });
    const second = await traveller.execute({ id: 'trip-2', to: shop, amount: '20', asset: 'TON' });
    const gone = {
      wei: funding.wei - (await evm.chain.balance(evm.wallet.address)),
      nanoton: funding.nanoton.traveller - (await chain.balance(wallets.traveller.address)),
    };
    const third = await traveller.execute({ id: 'trip-3', to: evm.supplier, amount: '0.024', asset: 'ETH' });
    const [reason] = third.reasons;
    const remaining = BigInt(reason?.remaining ?? -1);
    const spent = inDollars(gone.wei, PRICES.ETH, 18) + inDollars(gone.nanoton, PRICES.TON, 9);
    const room = BigInt(DAILY) * 10n ** BigInt(USD_DECIMALS) - spent;
    // Each part of a payment is rounded up by itself.
    assert.ok(remaining <= room && room - remaining <= 4n, 'what remains is the limit less what both chains really took');
    assert.equal(await evm.chain.nonce(evm.wallet.address), 1, 'one payment left on that chain, and no second');
    return {
      actual: `${endOf(first)}, ${endOf(second)}, then ${endOf(third)}`,
      decision: third.decision,
      line: `0.04 ETH and 20 TON, fees included, left $${formatAmount(remaining, USD_DECIMALS)} of the day, on whichever chain.`,
    };
  },
};
