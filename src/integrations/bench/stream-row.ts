import type { WalletAction } from './risk-parts.ts';

/** One row of a stream: an action of a wallet, and what is known of it. */
export interface StreamRow {
  readonly wallet: string;
  readonly seq: number;
  readonly action: WalletAction;
  /** Signed by the wallet and not failed: what it did itself. */
  readonly isOwn: boolean;
  /** Counted: after the wallet's first actions. */
  readonly isScored: boolean;
  readonly isBad: boolean;
  /** Campaign or surprise that it belongs to; empty for none. */
  readonly campaign: string;
  readonly type: string;
}

/** Own actions of a wallet before its next one counts. */
export const UNCOUNTED = 20;

/** An action of a wallet with what is known of it, before its place in the stream is. */
export interface LabelledAction {
  readonly action: WalletAction;
  readonly isOwn: boolean;
  readonly isBad: boolean;
  readonly campaign: string;
  readonly type: string;
}

/** A wallet's actions as rows, numbered in the order of time. */
export function toRows(wallet: string, actions: readonly LabelledAction[]): readonly StreamRow[] {
  let own = 0;
  return [...actions]
    .sort((a, b) => a.action.atMs - b.action.atMs)
    .map((labelled, seq) => {
      if (labelled.isOwn) own += 1;
      return { wallet, seq, ...labelled, isScored: labelled.isOwn && own > UNCOUNTED };
    });
}

/** Rows of all wallets in the order of time; ties by wallet, then by number. */
export function inOrder(rows: readonly StreamRow[]): readonly StreamRow[] {
  return [...rows].sort((a, b) => a.action.atMs - b.action.atMs || (a.wallet < b.wallet ? -1 : a.wallet > b.wallet ? 1 : a.seq - b.seq));
}

/** Rows that are counted. */
export function countedRows(stream: readonly StreamRow[]): readonly StreamRow[] {
  return stream.filter(({ isScored, isOwn }) => isScored && isOwn);
}
