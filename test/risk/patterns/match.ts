import type { AssetId, Effect } from '../../../src/core/index.ts';
import {
  assessRisk,
  type PatternId,
  type PatternMatch,
  type Profile,
  type RiskInput,
  trainHabits,
  trainProfile,
} from '../../../src/risk/index.ts';
import { account, dueAfter, ETH, habitual, input, outflow, payment, WALLET } from '../fixtures.ts';

/** A wallet of 240 payments to ten accounts, and the moment at which its next one is due. */
export const warm: Profile = habitual();
/** See {@link warm}. */
export const nowMs: number = dueAfter();

/** What one pattern says of an otherwise harmless payment of {@link warm}. */
export function matchOf(id: PatternId, change: Partial<RiskInput>): PatternMatch | undefined {
  return assessRisk(input({ profile: warm, nowMs, ...change })).patterns.find((match) => match.id === id);
}

/** True where the answer says that the pattern could not be looked for. */
export function isUnchecked(id: PatternId, change: Partial<RiskInput>): boolean {
  return assessRisk(input({ profile: warm, nowMs, ...change })).unchecked.includes(id);
}

/** {@link outflow} in several places. */
export const outflows = (count: number, from: number, amount = 1_234_567n): readonly Effect[] =>
  Array.from({ length: count }, (_, n) => outflow(account(from + n), amount));

/** The profile after payments of `amounts` to one account each, so many ms apart, the last one at `untilMs`. */
export function paid(profile: Profile, to: (n: number) => number, amounts: readonly bigint[], apartMs: number, untilMs: number): Profile {
  return amounts.reduce((trained, amount, n) => {
    const atMs = untilMs - (amounts.length - 1 - n) * apartMs;
    return trainProfile(trained, payment({ atMs, account: account(to(n)), amount, unitAmount: amount }));
  }, profile);
}

/** The profile after something came in. */
export function received(profile: Profile, from: number, amount: bigint, atMs: number, asset: AssetId = ETH): Profile {
  return trainHabits(profile, [{ atMs, direction: 'in', kind: 'coin', party: account(from), asset, amount, decimals: 18 }]);
}

/** Something that comes in. */
export const inflow = (from: number, asset: AssetId, amount: bigint): Effect => ({
  leaf: '0',
  source: 'bytes',
  kind: 'inflow',
  account: WALLET,
  counterparty: account(from),
  asset,
  amount,
});
