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
  /** Selector or operation of a call. */
  readonly method?: string | undefined;
  /** Base units that the party may take from now on; undefined where nothing says how many. */
  readonly allowance?: bigint | undefined;
  /** Base units of the asset that the wallet holds before; undefined where nobody looked. */
  readonly balance?: bigint | undefined;
  /** What other wallets of the fleet did with the party; undefined outside a fleet. */
  readonly fleet?: FleetView | undefined;
}

/** True for what gives away a right and moves nothing. */
export function isAllowance(kind: ActionKind): boolean {
  return kind === 'allowance' || kind === 'allowance_all';
}

/** Name of the record of amounts for this way of moving the asset; the asset's own where there is but one way. */
export function wayOf({ asset, kind }: WalletAction): string {
  return kind === 'token' || isAllowance(kind) ? asset : `${asset} ${kind}`;
}
