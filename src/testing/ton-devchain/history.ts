import { type Account, NO_ACCOUNT } from './account.ts';
import type { Block } from './block.ts';
import type { ChainState } from './chain-state.ts';
import { ApiFailure } from './failure.ts';
import type { TransactionRecord } from './transaction-record.ts';

/** Blocks back for which account states can be read. */
export const STATE_BLOCKS = 2_000;
/** Blocks whose headers are kept: some five hours at one a second. */
const BLOCKS_KEPT = 20_000;
/** Transactions that are kept, about 3 KB each. */
const TRANSACTIONS_KEPT = 50_000;

/** The newest block. */
export function headOf(state: ChainState): Block {
  return state.blocks.at(-1) as Block;
}

/** @throws ApiFailure where there is no such block, or it is forgotten */
export function blockAt(state: ChainState, seqno: number): Block {
  const first = state.blocks[0]?.seqno ?? 0;
  const block = state.blocks[seqno - first];
  if (block === undefined) throw new ApiFailure(500, `LITE_SERVER_NOTREADY: ltdb: block not found (seqno ${seqno})`);
  return block;
}

/** An account as it is now. */
export const accountNow = (state: ChainState, key: string): Account => state.accounts.get(key)?.at(-1)?.account ?? NO_ACCOUNT;

/**
 * An account as it was after a block.
 * @throws ApiFailure where states of that time are forgotten
 */
export function accountAt(state: ChainState, key: string, seqno: number): Account {
  const head = headOf(state).seqno;
  blockAt(state, seqno);
  if (seqno === head) return accountNow(state, key);
  if (head - seqno > STATE_BLOCKS)
    throw new ApiFailure(500, `LITE_SERVER_UNKNOWN: state of block ${seqno} is gone, the last ${STATE_BLOCKS} are kept`);
  return state.accounts.get(key)?.findLast((version) => version.seqno <= seqno)?.account ?? NO_ACCOUNT;
}

/** Sets an account's state as of a block, and forgets those that can be read no more. */
export function putAccount(state: ChainState, key: string, account: Account, seqno: number): void {
  const versions = state.accounts.get(key) ?? [];
  if (versions.at(-1)?.seqno === seqno) versions.pop();
  versions.push({ seqno, account });
  const oldest = versions.findLastIndex((version) => version.seqno <= seqno - STATE_BLOCKS);
  if (oldest > 0) versions.splice(0, oldest);
  state.accounts.set(key, versions);
}

/** Adds a block, and forgets the oldest ones beyond the bounds. */
export function appendBlock(state: ChainState, block: Block): void {
  state.blocks.push(block);
  state.kept += block.transactions.length;
  for (const record of block.transactions) {
    const own = state.transactions.get(record.account) ?? [];
    own.push(record);
    state.transactions.set(record.account, own);
    if (record.inKey !== null) state.received.set(record.inKey, record);
    for (const key of record.outKeys) state.sent.set(key, record);
  }
  let gone = 0;
  while (state.blocks.length - gone > BLOCKS_KEPT || (state.kept > TRANSACTIONS_KEPT && state.blocks.length - gone > 1)) {
    for (const record of (state.blocks[gone] as Block).transactions) forget(state, record);
    gone += 1;
  }
  if (gone > 0) state.blocks.splice(0, gone);
}

function forget(state: ChainState, record: TransactionRecord): void {
  state.kept -= 1;
  const own = state.transactions.get(record.account);
  if (own?.[0] === record) own.shift();
  if (own?.length === 0) state.transactions.delete(record.account);
  if (record.inKey !== null) state.received.delete(record.inKey);
  for (const key of record.outKeys) state.sent.delete(key);
}
