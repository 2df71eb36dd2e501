import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/index.ts';
import { account, ETH, outflow, USDC } from '../fixtures.ts';
import { inflow, isUnchecked, matchOf } from './match.ts';

const POOL = 60;
const swap: Effect = {
  ...{ leaf: '0', source: 'bytes', kind: 'call', contract: account(POOL), selector: '38ed1739', method: null, args: null },
  ...{ value: 0n, asset: ETH, capability: 'trading', operation: 'swap' },
};
const demanding = (...least: readonly bigint[]) => [swap, outflow(account(POOL), 5n), ...least.map((amount) => inflow(POOL, USDC, amount))];
const run = (effects: readonly Effect[], amount = 10_000n) => matchOf('sandwich_exposure', { effects, quotes: [{ asset: USDC, amount }] });

describe('sandwich_exposure', () => {
  it('alerts from three hundredths of the quote, escalates from a tenth', () => {
    expect(run(demanding(9_701n))).toBeUndefined();
    expect(run(demanding(9_700n))).toMatchObject({ recommendedAction: 'alert', reason: null, evidence: { lossBasisPoints: 300 } });
    expect(run(demanding(9_001n))).toMatchObject({ recommendedAction: 'alert' });
    expect(run(demanding(9_000n))).toMatchObject({ recommendedAction: 'escalate', evidence: { lossBasisPoints: 1_000, quoted: '10000' } });
    expect(run(demanding(0n))).toMatchObject({ evidence: { lossBasisPoints: 10_000 } });
    expect(run([swap])).toMatchObject({ evidence: { lossBasisPoints: 10_000 } });
  });

  it('adds up what is demanded in parts, believes the bytes alone, and takes the worst of several quotes', () => {
    expect(run(demanding(5_000n, 4_900n))).toBeUndefined();
    const simulated = { ...inflow(POOL, USDC, 9_999n), source: 'simulation' } as Effect;
    expect(run([...demanding(1_000n), simulated])).toMatchObject({ evidence: { lossBasisPoints: 9_000 } });
    const quotes = [
      { asset: USDC, amount: 10_000n },
      { asset: ETH, amount: 7n },
    ];
    for (const order of [quotes, quotes.toReversed()])
      expect(matchOf('sandwich_exposure', { effects: demanding(9_500n), quotes: order })).toMatchObject({ evidence: { asset: ETH } });
  });

  it('keeps every digit of large amounts, and has nothing to lose of a quote of nothing', () => {
    const amount = 10n ** 30n;
    expect(run(demanding((amount * 97n) / 100n), amount)).toMatchObject({ evidence: { lossBasisPoints: 300 } });
    expect(run(demanding((amount * 97n) / 100n + 10n ** 26n), amount)).toBeUndefined();
    for (const none of [0n, -5n]) expect(run(demanding(5n), none)).toBeUndefined();
  });

  it('without a quote sees a trade that demands next to nothing, and says of others that it is unchecked', () => {
    expect(matchOf('sandwich_exposure', { effects: demanding(1n) })).toMatchObject({
      recommendedAction: 'escalate',
      evidence: { quoted: null },
    });
    expect(matchOf('sandwich_exposure', { effects: demanding(2n) })).toBeUndefined();
    expect(isUnchecked('sandwich_exposure', { effects: demanding(2n) })).toBe(true);
    expect(isUnchecked('sandwich_exposure', { effects: demanding(2n), quotes: [] })).toBe(true);
    expect(isUnchecked('sandwich_exposure', { effects: demanding(10_000n), quotes: [{ asset: USDC, amount: 10_000n }] })).toBe(false);
    expect(isUnchecked('sandwich_exposure', {})).toBe(false);
  });
});
