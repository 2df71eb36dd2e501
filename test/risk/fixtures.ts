import fc from 'fast-check';
import type { AccountId, AssetId, Effect } from '../../src/core/index.ts';
import { parseAccount } from '../../src/core/index.ts';
import { emptyProfile, type Profile, type RiskInput, type SettledPayment, trainProfile } from '../../src/risk/index.ts';

export const ETH = 'eip155:1/slip44:60' as AssetId;
export const USDC = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' as AssetId;
/** Monday 2025-01-06, 00:00 UTC. */
export const MONDAY = 1_736_121_600_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The `n`-th of many unlike accounts: a multiplicative walk over 160 bits. */
export function account(n: number): AccountId {
  const digits = ((BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn) % (1n << 160n)).toString(16).padStart(40, '0');
  return parseAccount(`eip155:1:0x${digits}`);
}

export const WALLET = account(1_000_000);

export const outflow = (to: AccountId | null, amount: bigint, asset: AssetId = ETH): Effect => ({
  leaf: '0',
  source: 'bytes',
  kind: 'outflow',
  account: WALLET,
  counterparty: to,
  asset,
  amount,
});

export const allowance = (spender: AccountId, amount: bigint | 'unlimited'): Effect => ({
  leaf: '0',
  source: 'bytes',
  kind: 'allowance',
  owner: WALLET,
  spender,
  asset: USDC,
  amount,
  expiresAtMs: null,
});

/** An input without anything alarming but what `change` brings. */
export function input(change: Partial<RiskInput> = {}): RiskInput {
  return {
    effects: [outflow(account(1), 1_234_567n)],
    wallet: WALLET,
    nowMs: MONDAY + 100 * DAY + 10 * HOUR,
    profile: undefined,
    listed: () => undefined,
    allowListed: () => false,
    amountsInUnit: { outflow: 1_234_567n, perTransaction: 100_000_000n },
    market: { atMs: MONDAY + 100 * DAY + 10 * HOUR, dailyVolatility: 0, priceImpact: null },
    ...change,
  };
}

export const payment = (change: Partial<SettledPayment> = {}): SettledPayment => ({
  atMs: MONDAY,
  account: account(1),
  asset: ETH,
  amount: 1_234_567n,
  unitAmount: 1_234_567n,
  ...change,
});

/** A profile of `count` payments, three a day from 09:00, to accounts 0–9, of 1–2 million units each. */
export function habitual(count = 240): Profile {
  let profile = emptyProfile();
  for (let index = 0; index < count; index += 1) {
    const amount = 1_000_003n + BigInt((index * 7919) % 1_000_000);
    const atMs = MONDAY + Math.floor(index / 3) * DAY + (9 + (index % 3)) * HOUR;
    profile = trainProfile(profile, payment({ atMs, account: account(index % 10), amount, unitAmount: amount }));
  }
  return profile;
}

/** The profile after eight more payments, one a day from `fromMs`, each larger than the one before by `factor`. */
export function rising(profile: Profile, fromMs: number, factor = 1.5, first = 1_234_567): Profile {
  const amounts = Array.from({ length: 8 }, (_, index) => BigInt(Math.round(first * factor ** index)));
  return amounts.reduce(
    (trained, amount, day) => trainProfile(trained, payment({ atMs: fromMs + day * DAY, amount, unitAmount: amount })),
    profile,
  );
}

/** The moment after {@link habitual} at which its next payment is due. */
export const dueAfter = (count = 240): number => MONDAY + Math.floor(count / 3) * DAY + 9 * HOUR;

export const anyAmount = fc.oneof(fc.bigInt(0n, 10n ** 9n), fc.bigInt(0n, (1n << 256n) - 1n));
export const anyAccount = fc.nat(500).map(account);
