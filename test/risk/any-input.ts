import fc from 'fast-check';
import type { Effect } from '../../src/core/index.ts';
import type { RiskInput, ScreeningEntry } from '../../src/risk/index.ts';
import {
  account,
  allowance,
  anyAccount,
  anyAmount,
  DAY,
  dueAfter,
  ETH,
  HOUR,
  habitual,
  input,
  outflow,
  rising,
  WALLET,
} from './fixtures.ts';

const warm = habitual();
/** Its payments grew by a half each day of the last eight. */
const growing = rising(warm, dueAfter() - 9 * DAY);
export const nowMs = dueAfter();
export const market = { atMs: nowMs, dailyVolatility: 0, priceImpact: null };
export const usual = (change: Partial<RiskInput> = {}) => input({ profile: warm, nowMs, market, ...change });
export const entry = (n: number, change: Partial<ScreeningEntry> = {}): ScreeningEntry => ({
  account: account(n),
  kind: 'phishing',
  severity: 'low',
  source: 'test list',
  addedMs: 0,
  expiresMs: null,
  ...change,
});
export const listing = (listed: ScreeningEntry) => (id: string) => (id === listed.account ? listed : undefined);
export const unknown: Effect = {
  leaf: '0',
  source: 'bytes',
  kind: 'unknown',
  contract: account(1),
  selector: '12345678',
  detail: 'no ABI',
};
export const fee = (max: bigint): Effect => ({ leaf: '0', source: 'bytes', kind: 'fee', account: WALLET, asset: ETH, max });

const anyEffect: fc.Arbitrary<Effect> = fc.oneof(
  fc.tuple(fc.option(anyAccount), anyAmount).map(([to, amount]) => outflow(to, amount)),
  fc.tuple(anyAccount, fc.oneof(anyAmount, fc.constant('unlimited' as const))).map(([spender, amount]) => allowance(spender, amount)),
  fc.constant(unknown),
  anyAmount.map(fee),
);
export const anyInput = fc
  .record({
    effects: fc.array(anyEffect, { minLength: 1, maxLength: 6 }),
    profile: fc.constantFrom(undefined, warm, habitual(7), growing),
    laterHours: fc.nat(23),
    outflow: fc.option(anyAmount),
    perTransaction: fc.option(anyAmount),
    confidence: fc.option(fc.double(), { nil: undefined }),
    volatility: fc.double(),
    bad: fc.nat(500),
    allowed: fc.nat(500),
  })
  .map((drawn) =>
    usual({
      effects: drawn.effects,
      profile: drawn.profile,
      nowMs: nowMs + drawn.laterHours * HOUR,
      amountsInUnit: { outflow: drawn.outflow, perTransaction: drawn.perTransaction },
      declaredConfidence: drawn.confidence,
      market: { atMs: nowMs + drawn.laterHours * HOUR, dailyVolatility: drawn.volatility, priceImpact: drawn.volatility },
      listed: listing(entry(drawn.bad)),
      allowListed: (id) => id === account(drawn.allowed),
    }),
  );
