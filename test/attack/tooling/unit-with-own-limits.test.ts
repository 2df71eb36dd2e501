import { describe, expect, it } from 'vitest';
import type { Effect, PriceSource } from '../../../src/core/index.ts';
import { BOB, fee, foreign, judgeOnce, NOW, OPEN, policyOf, send, USDC } from '../../authz/fixture.ts';

/** One USDC is worth one ETH. */
const price: PriceSource = {
  price: (asset) => (asset === USDC ? { numerator: 10n ** 18n, denominator: 10n ** 6n, atMs: NOW } : undefined),
};
/** Everything counts in ETH, one a transaction; ETH itself may leave by the hundred. */
const policy = policyOf({
  ...OPEN,
  limits: {
    unit: 'ETH',
    perTransaction: 1,
    daily: 2,
    weekly: 2,
    monthly: 2,
    assets: { ETH: { perTransaction: 100, daily: 100, weekly: 100, monthly: 100 } },
  },
});
const much = send(50_000_000n, BOB, USDC, '1');
const judged = (...effects: readonly Effect[]) =>
  judgeOnce({ policy, effects: [...effects, fee()], request: foreign({ type: 'transaction' }), over: { price } });

describe('an asset that has limits of its own and is the unit of the others', () => {
  it.each([
    ['alone', [much]],
    ['behind a wei', [send(1n), much]],
    ['before a wei', [much, send(1n)]],
  ])('lends its room to no other asset: %s', async (_how, effects) => {
    const { verdict, reasons } = await judged(...effects);
    expect(verdict).toBe('denied');
    expect(reasons.map(({ code, limit }) => `${code} ${limit}`)).toContain('per_transaction_limit 1000000000000000000');
  });

  it('has all of its own room', async () => {
    const { reasons } = await judged(send(99n * 10n ** 18n));
    expect(reasons.map(({ code }) => code)).not.toContain('per_transaction_limit');
    const { reasons: over } = await judged(send(101n * 10n ** 18n));
    expect(over.map(({ limit }) => limit)).toContain('100000000000000000000');
  });
});
