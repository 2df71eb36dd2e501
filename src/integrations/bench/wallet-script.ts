import type { Dice } from './dice.ts';
import { type Family, madeAccount } from './made-account.ts';
import type { ActionKind, WalletAction } from './risk-parts.ts';
import type { LabelledAction } from './stream-row.ts';

/** Something that a made-up wallet holds. */
export interface MadeAsset {
  /** `coin`, or the token's contract. */
  readonly id: string;
  readonly decimals: number;
}

/** One payment, call or allowance of a script. */
export interface Move {
  readonly atMs: number;
  readonly to: string;
  readonly asset: MadeAsset;
  /** Whole units; what is beyond the digits that people write is cut. */
  readonly units: number;
  readonly kind?: ActionKind;
  readonly method?: string;
}

/** Digits after the point that agents write. */
const WRITTEN = 6;

/** Base units of whole units, with at most {@link WRITTEN} digits after the point. */
export function baseUnits(units: number, { decimals }: MadeAsset): bigint {
  return (BigInt(Math.round(units * 10 ** WRITTEN)) * 10n ** BigInt(decimals)) / 10n ** BigInt(WRITTEN);
}

/** The first half year of a made-up wallet, written action by action in the order of time. It never spends what it does not have. */
export class WalletScript {
  readonly actions: LabelledAction[] = [];
  readonly coin: MadeAsset;
  /** A token with the digits of its family's dollar. */
  readonly dollar: MadeAsset;
  /** Who fills the wallet up. */
  readonly funder: string;
  readonly #balances = new Map<string, bigint>();

  readonly family: Family;
  readonly dice: Dice;

  constructor(family: Family, dice: Dice, dollar: string) {
    this.family = family;
    this.dice = dice;
    this.coin = { id: 'coin', decimals: family === 'evm' ? 18 : 9 };
    this.dollar = { id: dollar, decimals: 6 };
    this.funder = madeAccount(family, dice);
  }

  /** A new account of the wallet's family. */
  account(): string {
    return madeAccount(this.family, this.dice);
  }

  /** What came in. */
  receive(atMs: number, from: string, asset: MadeAsset, units: number): void {
    const amount = baseUnits(units, asset);
    this.#balances.set(asset.id, (this.#balances.get(asset.id) ?? 0n) + amount);
    this.#write({ ...this.#base(atMs, from, asset), direction: 'in', amount }, false);
  }

  /** What the wallet did; filled up an hour earlier where it has too little. */
  move({ atMs, to, asset, units, kind, method }: Move): void {
    const amount = baseUnits(units, asset);
    const left = (this.#balances.get(asset.id) ?? 0n) - amount;
    if (left < 0n) {
      this.receive(atMs - 3_600_000, this.funder, asset, Math.ceil(units * 6));
      this.move({ atMs, to, asset, units, ...(kind === undefined ? {} : { kind }), ...(method === undefined ? {} : { method }) });
      return;
    }
    this.#balances.set(asset.id, left);
    this.#write({ ...this.#base(atMs, to, asset), direction: 'out', amount, method, ...(kind === undefined ? {} : { kind }) }, true);
  }

  /** An allowance; undefined `units` for one without end. */
  allow(atMs: number, spender: string, asset: MadeAsset, units?: number): void {
    const allowance = units === undefined ? 2n ** 256n - 1n : baseUnits(units, asset);
    this.#write({ ...this.#base(atMs, spender, asset), kind: 'allowance', direction: 'out', amount: 0n, allowance }, true);
  }

  #base(atMs: number, party: string, { id, decimals }: MadeAsset) {
    const kind: ActionKind = id === 'coin' ? 'coin' : 'token';
    return { atMs: Math.floor(atMs / 1_000) * 1_000, kind, party, asset: id, decimals };
  }

  #write(action: WalletAction, isOwn: boolean): void {
    this.actions.push({ action, isOwn, isBad: false, campaign: '', type: '' });
  }
}
