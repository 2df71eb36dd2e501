import type { WalletAction } from '../../src/risk/habits/wallet-action.ts';
import { readTable, type TableRow } from './read-table.ts';

const MAINNET = 'eip155:1';
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const KINDS = { native: 'coin', erc20: 'token', call: 'call', approve: 'allowance', approve_all: 'allowance_all' } as const;

/** One thing that a wallet did or that was done to it, between accounts of mainnet. */
export interface HistoryRow {
  readonly wallet: string;
  /** What the wallet itself signed and the chain took. */
  readonly isOwn: boolean;
  readonly action: WalletAction;
}

/** Real wallets' histories, each in the order of time. Rows between no accounts are left out. */
export function readHistories(data: string): ReadonlyMap<string, readonly HistoryRow[]> {
  const wallets = new Map<string, HistoryRow[]>();
  for (const fields of readTable(data, 'eth-wallet-histories/wallets')) {
    const row = rowOf(fields);
    if (row === undefined) continue;
    const rows = wallets.get(row.wallet);
    if (rows === undefined) wallets.set(row.wallet, [row]);
    else rows.push(row);
  }
  for (const rows of wallets.values()) rows.sort((a, b) => a.action.atMs - b.action.atMs);
  return wallets;
}

function rowOf(fields: TableRow): HistoryRow | undefined {
  const {
    wallet = '',
    ts,
    dir,
    signed,
    ok,
    token = '',
    amount_raw: amount = '',
    method = '',
    spender = '',
    allowance_raw: right = '',
  } = fields;
  const kind = KINDS[fields['kind'] as keyof typeof KINDS];
  const isGrant = kind === 'allowance' || kind === 'allowance_all';
  const party = (isGrant ? spender : (fields['counterparty'] ?? '')).toLowerCase();
  if (kind === undefined || (dir !== 'in' && dir !== 'out') || !ADDRESS.test(party)) return undefined;
  const contract = (isGrant ? (fields['counterparty'] ?? '') : kind === 'token' ? token : '').toLowerCase();
  return {
    wallet,
    isOwn: dir === 'out' && signed === '1' && ok === '1',
    action: {
      atMs: Number(ts) * 1_000,
      direction: dir,
      kind,
      party: `${MAINNET}:${party}`,
      asset: contract === '' ? `${MAINNET}/slip44:60` : `${MAINNET}/erc20:${contract}`,
      amount: amount === '' ? 0n : BigInt(amount),
      decimals: Number(fields['decimals']) || 0,
      // The data does not say which tokens a deployment would list.
      isListed: true,
      method: method === '' ? undefined : method,
      allowance: right === '' ? undefined : BigInt(right),
    },
  };
}
