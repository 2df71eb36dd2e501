import type { Cell } from '@ton/core';
import { accountKey } from '../../core/account.ts';
import type { AccountId } from '../../core/ids.ts';
import { malformed, readCount, readHash, readInteger, readMaybeCell, readObject } from './answer.ts';
import type { TonClient } from './client.ts';

/** One account by one block of the masterchain. */
export interface AccountState {
  readonly account: AccountId;
  /** Block that it was read at. */
  readonly seqno: number;
  /** `uninit`: no code, with or without money. */
  readonly state: 'uninit' | 'active' | 'frozen';
  /** Nanoton. */
  readonly balance: bigint;
  readonly code: Cell | null;
  readonly data: Cell | null;
  /** Hash of the state that a frozen account had, 64 hex digits; else null. */
  readonly frozenHash: string | null;
  /** The newest transaction: 0 and 64 zeros where there is none. */
  readonly lastLt: bigint;
  readonly lastHash: string;
  /** Whether it holds a currency besides the chain's own coin. */
  readonly extraCurrencies: boolean;
}

const NO_HASH = '0'.repeat(64);
const STATES: Readonly<Record<string, AccountState['state']>> = { uninitialized: 'uninit', active: 'active', frozen: 'frozen' };

function readFrozenHash(value: unknown): string | null {
  return value === undefined || value === null || value === '' ? null : readHash(value, 'account.frozen_hash');
}

/**
 * The account as it stood at the masterchain's block `seqno`.
 * @throws CHAIN_RESPONSE_INVALID where the answer is of another block or contradicts itself; CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function readAccount(client: TonClient, account: AccountId, seqno: number, signal?: AbortSignal): Promise<AccountState> {
  const answer = await client.request('getAddressInformation', { address: accountKey(account), seqno }, signal);
  const fields = readObject(answer, 'account');
  const block = readObject(fields['block_id'], 'account.block_id');
  if (block['workchain'] !== -1 || readCount(block['seqno'], 'account.block_id.seqno') !== seqno)
    throw malformed('account.block_id', 'another_block');
  const state = STATES[String(fields['state'])];
  if (state === undefined) throw malformed('account.state');
  const code = readMaybeCell(fields['code'], 'account.code');
  const data = readMaybeCell(fields['data'], 'account.data');
  if (state === 'active' ? code === null || data === null : code !== null || data !== null)
    throw malformed('account.state', 'contradiction');
  const last = readObject(fields['last_transaction_id'], 'account.last_transaction_id');
  const lastLt = readInteger(last['lt'], 'account.last_transaction_id.lt');
  const lastHash = lastLt === 0n ? NO_HASH : readHash(last['hash'], 'account.last_transaction_id.hash');
  // An account that does not exist is shown with a balance of -1 by some nodes.
  const balance = readInteger(fields['balance'], 'account.balance');
  if (lastLt < 0n || balance < -1n || (balance === -1n && state !== 'uninit')) throw malformed('account');
  const extra = fields['extra_currencies'];
  return {
    account,
    seqno,
    state,
    balance: balance < 0n ? 0n : balance,
    code,
    data,
    frozenHash: state === 'frozen' ? readFrozenHash(fields['frozen_hash']) : null,
    lastLt,
    lastHash,
    extraCurrencies: Array.isArray(extra) && extra.length > 0,
  };
}
