import type { AccountId } from '../../src/core/index.ts';
import { findTable, readTable } from './read-table.ts';
import { MAINNET } from './spellings.ts';

/** One confirmed payment to an address that imitated another. */
export interface PoisoningLoss {
  readonly chain: string;
  readonly victim: string;
  readonly lookalike: AccountId;
  readonly intended: AccountId;
  /** Null where nobody told what it was worth. */
  readonly usd: number | null;
}

/** The confirmed losses of each chain. Accounts are written as mainnet's: an EVM address reads the same everywhere. */
export function readLosses(data: string): readonly PoisoningLoss[] {
  const account = (address = ''): AccountId => `${MAINNET}:${address.toLowerCase()}` as AccountId;
  return ['ethereum', 'bsc'].flatMap((chain) => {
    const name = `address-poisoning/payoff_transfers_${chain}`;
    if (findTable(data, name) === undefined) return [];
    return readTable(data, name).map((row): PoisoningLoss => {
      const usd = row['value_usd'] === '' ? Number.NaN : Number(row['value_usd']);
      return {
        ...{ chain, victim: (row['topics_from_addr'] ?? '').toLowerCase(), usd: Number.isFinite(usd) && usd >= 0 ? usd : null },
        ...{ lookalike: account(row['topics_to_addr']), intended: account(row['intended_addr']) },
      };
    });
  });
}
