import type { TimeMs } from '../../core/index.ts';

/** What was done: coins moved, a token moved, a contract called, an allowance for one token or for all of a collection given. */
export const ACTION_KINDS = ['coin', 'token', 'call', 'allowance', 'allowance_all'] as const;
/** What was done. */
export type ActionKind = (typeof ACTION_KINDS)[number];

/** What the fleet knows of the account that an action is with. */
export interface FleetView {
  /** Other wallets that dealt with it. */
  readonly others: number;
  readonly paid: number;
  readonly calls: number;
  readonly tokens: number;
  readonly received: number;
  /** log2 of the seconds since it was first and last paid; −1 where it never was. */
  readonly age: number;
  readonly sinceLast: number;
  /** Octaves by which this is more than what it was usually paid; 0 where it never was. */
  readonly above: number;
}

/** One thing that a wallet did, or that was done to it, as habits see it. */
export interface WalletAction {
  readonly atMs: TimeMs;
  readonly direction: 'in' | 'out';
  readonly kind: ActionKind;
  /** Who is paid, called or may spend; of what came in, who paid. One spelling per account. */
  readonly party: string;
  /** What moves, or what the allowance is over. One spelling per asset. */
  readonly asset: string;
  /** Base units that move. */
  readonly amount: bigint;
  readonly decimals: number;
  /** True for a coin, and for a token that a list names; of any other nobody knows whether it is worth anything. */
  readonly isListed?: boolean | undefined;
  /** Selector or operation of a call. */
  readonly method?: string | undefined;
  /** Base units that the party may take from now on; undefined where nothing says how many. */
  readonly allowance?: bigint | undefined;
  /** Base units of the asset that the wallet holds before; undefined where nobody looked. */
  readonly balance?: bigint | undefined;
  /** What other wallets of the fleet did with the party; undefined outside a fleet. */
  readonly fleet?: FleetView | undefined;
}

/** From here on a number means "everything": no token has a supply of 2^128 base units that it can part with. */
const UNBOUNDED_FROM = 1n << 128n;

/** True for a right over everything. */
export function isUnbounded(allowance: bigint | 'unlimited'): boolean {
  return allowance === 'unlimited' || allowance >= UNBOUNDED_FROM;
}

/** True for what gives away a right and moves nothing. */
export function isAllowance(kind: ActionKind): boolean {
  return kind === 'allowance' || kind === 'allowance_all';
}

/** Name of the record of amounts for this way of moving the asset; the asset's own where there is but one way. */
export function wayOf({ asset, kind }: WalletAction): string {
  return kind === 'token' || isAllowance(kind) ? asset : `${asset} ${kind}`;
}

/** Every field, so that one that is added cannot be forgotten. */
const FIELDS: Readonly<Record<keyof WalletAction, true>> = {
  ...{ atMs: true, direction: true, kind: true, party: true, asset: true, amount: true, decimals: true },
  ...{ method: true, allowance: true, balance: true, isListed: true, fleet: true },
};
const NAMES = Object.keys(FIELDS) as (keyof WalletAction)[];

/** True where habits see no difference between two actions. What the fleet knows is compared by identity. */
export function isSameAction(one: WalletAction, other: WalletAction): boolean {
  for (const name of NAMES) if (one[name] !== other[name]) return false;
  return true;
}
