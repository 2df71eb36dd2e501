import type { Dice } from '../dice.ts';
import type { Family } from '../made-account.ts';
import type { WalletAction } from '../risk-parts.ts';

/** Where a campaign begins: what the wallet has and usually does by then. All sums in base units of one asset, the one that it pays most often. */
export interface Scene {
  readonly dice: Dice;
  readonly family: Family;
  readonly startMs: number;
  readonly asset: string;
  readonly decimals: number;
  readonly balance: bigint;
  /** Of its payments so far: the one in the middle and the largest. Never 0. */
  readonly usual: bigint;
  readonly most: bigint;
  /** Accounts that it paid, the most often paid first. Never empty. */
  readonly paid: readonly string[];
  /** Accounts that it let spend. */
  readonly spenders: readonly string[];
  /** UTC hours at which it never acted; empty for one that never rests. */
  readonly quietHours: readonly number[];
  /** A new account of the family. */
  account(): string;
}

/** What somebody does with a wallet; undefined where the wallet gives no occasion for it. */
export type Campaign = (scene: Scene) => readonly WalletAction[] | undefined;

/** Seconds after the beginning, and what happens then. */
export interface Step {
  readonly afterS: number;
  readonly to: string;
  readonly amount: bigint;
}

/** Payments of the scene's asset. Amounts keep the digits of the wallet's usual payment, so that digits alone tell nothing. */
export function payments({ asset, decimals, startMs, usual }: Scene, steps: readonly Step[]): readonly WalletAction[] {
  const grain = grainOf(usual);
  return steps.map(({ afterS, to, amount }) => ({
    ...{ atMs: startMs + Math.round(afterS) * 1_000, direction: 'out', kind: asset === 'coin' ? 'coin' : 'token', party: to, asset },
    ...{ amount: amount < grain ? grain : amount - (amount % grain), decimals },
  }));
}

/** A share of an amount, share to a thousandth. */
export function shareOf(amount: bigint, share: number): bigint {
  return (amount * BigInt(Math.round(share * 1_000))) / 1_000n;
}

/** No more than what is there. */
export function atMost(amount: bigint, bound: bigint): bigint {
  return amount < bound ? amount : bound;
}

/** The power of ten at which the amount's digits end. */
function grainOf(amount: bigint): bigint {
  let grain = 1n;
  while (amount > 0n && amount % (grain * 10n) === 0n) grain *= 10n;
  return grain;
}
