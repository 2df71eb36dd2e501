import type { TimeMs } from '../../core/index.ts';

/** What was done: coins moved, a token moved, a contract called, an allowance for one token or for all of a collection given. */
export type ActionKind = 'coin' | 'token' | 'call' | 'allowance' | 'allowance_all';

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
  /** How many other wallets of the fleet dealt with the party before; undefined outside a fleet. */
  readonly fleet?: number | undefined;
}

/** True for what gives away a right and moves nothing. */
export function isAllowance(kind: ActionKind): boolean {
  return kind === 'allowance' || kind === 'allowance_all';
}
