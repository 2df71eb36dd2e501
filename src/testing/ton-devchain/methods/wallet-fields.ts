import type { AccountView } from '../account.ts';

/** What toncenter tells of a wallet that it knows by its code. */
export interface WalletFields {
  readonly type: string;
  readonly seqno: number;
  readonly walletId: number | null;
  /** Tonlib's own name of the state; not for each version. */
  readonly tonlibType?: string;
}

interface Layout {
  readonly type: string;
  /** Bits before the seqno. */
  readonly skip: number;
  readonly tonlibType?: string;
}

/** By the code's hash. */
const WALLETS: ReadonlyMap<string, Layout> = new Map([
  [
    '84dafa449f98a6987789ba232358072bc0f76dc4524002a5d0918b9a75d2d599',
    { type: 'wallet v3 r2', skip: 0, tonlibType: 'wallet.v3.accountState' },
  ],
  [
    'feb5ff6820e2ff0d9483e7e0d62c817d846789fb4ae580c878866d959dabd5c0',
    { type: 'wallet v4 r2', skip: 0, tonlibType: 'wallet.v4.accountState' },
  ],
  ['20834b7b72b112147e1b2fb457b84e74d1a30f04f737d4f62a668e9552d2b72f', { type: 'wallet v5 r1', skip: 1 }],
]);

/** Null for anything but a wallet of a known version. */
export function walletFields({ code, data }: AccountView): WalletFields | null {
  const layout = code === null ? undefined : WALLETS.get(code.hash().toString('hex'));
  if (layout === undefined || data === null) return null;
  const slice = data.beginParse().skip(layout.skip);
  if (slice.remainingBits < 64) return null;
  const { skip: _, ...named } = layout;
  return { ...named, seqno: slice.loadUint(32), walletId: slice.loadInt(32) };
}
