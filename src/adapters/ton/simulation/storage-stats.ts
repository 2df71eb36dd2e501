import type { Cell } from '@ton/core';
import { loadTransaction } from '@ton/core';
import { accountKey } from '../../../core/account.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountState } from '../account-state.ts';
import { malformed, readCell, readList, readObject } from '../answer.ts';
import type { TonClient } from '../client.ts';

/** Since when an account owes for storage, and what it owed then. */
export interface StorageDebt {
  /** Seconds since the epoch; 0 where it is not known, which the machine takes as "owes nothing". */
  readonly lastPaid: number;
  /** Nanoton. */
  readonly due: bigint | null;
}

/** Owes nothing, as far as anybody knows. */
export const NO_DEBT: StorageDebt = { lastPaid: 0, due: null };

/**
 * Reads since when the account owes for storage. The account's own answer does not tell, but each transaction pays up to its
 * own time: so the newest one does, which is found by the hash that the account names.
 * @throws CHAIN_RESPONSE_INVALID where another transaction is given, CHAIN_UNAVAILABLE, TIMEOUT
 */
export async function readStorageDebt(client: TonClient, state: AccountState, signal?: AbortSignal): Promise<StorageDebt> {
  const { account, lastLt, lastHash } = state;
  if (lastLt === 0n) return NO_DEBT;
  const hash = Buffer.from(lastHash, 'hex').toString('base64');
  const params = { address: accountKey(account), limit: 1, lt: lastLt.toString(), hash };
  let answer: unknown;
  try {
    answer = await client.request('getTransactions', params, signal);
  } catch (error) {
    // A node that keeps no history of it: the fees are understated, and the report says so anyway.
    if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return NO_DEBT;
    throw error;
  }
  const [newest] = readList(answer, 'transactions', 16);
  if (newest === undefined) return NO_DEBT;
  const cell = readCell(readObject(newest, 'transaction')['data'], 'transaction.data');
  if (cell.hash().toString('hex') !== lastHash) throw malformed('transactions', 'hash_mismatch');
  const { now, description } = loadTransaction(cell.beginParse());
  const phase = 'storagePhase' in description ? description.storagePhase : null;
  return { lastPaid: now, due: phase?.storageFeesDue ?? null };
}

/** Cells and bits of an account's storage, each distinct cell once: what storage is charged for. */
export function sizeOf(root: Cell): { readonly cells: bigint; readonly bits: bigint } {
  const seen = new Set<string>();
  const open: Cell[] = [root];
  let bits = 0;
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const hash = cell.hash().toString('latin1');
    if (seen.has(hash)) continue;
    seen.add(hash);
    bits += cell.bits.length;
    open.push(...cell.refs);
  }
  return { cells: BigInt(seen.size), bits: BigInt(bits) };
}
