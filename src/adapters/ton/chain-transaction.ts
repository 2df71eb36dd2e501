import { beginCell, type Cell, Dictionary, loadMessage, loadTransaction, type Message, storeMessage, type Transaction } from '@ton/core';
import { accountKey } from '../../core/account.ts';
import type { AccountId } from '../../core/ids.ts';
import { malformed, readCell, readHash, readInteger, readObject } from './answer.ts';

/** A message as a transaction holds it. */
export interface ChainMessage {
  readonly message: Message;
  /** Hash of its content in one fixed layout, so that the two ends of its way can be compared. */
  readonly hash: string;
}

/** A transaction, read from its own cells. */
export interface ChainTransaction {
  readonly account: AccountId;
  /** Hash of the transaction's cell, 64 hex digits. */
  readonly hash: string;
  readonly lt: bigint;
  readonly timestampMs: number;
  /** The transaction before it on the same account; 0 where there is none. */
  readonly previousLt: bigint;
  readonly previousHash: string;
  readonly inMessage: ChainMessage | null;
  readonly outMessages: readonly ChainMessage[];
  /** Nanoton kept by the network, forwarding not counted. */
  readonly fees: bigint;
  /** Whether its computing and its actions took effect. */
  readonly committed: boolean;
  readonly exitCode: number;
  readonly skippedActions: number;
  readonly gasUsed: bigint;
}

function toMessage(cell: Cell): ChainMessage {
  const message = loadMessage(cell.beginParse());
  // Each part in a cell of its own: packed as they fit best, some messages that the network carries would need a fifth reference.
  const packed = beginCell().store(storeMessage(message, { forceRef: true }));
  return { message, hash: packed.endCell().hash().toString('hex') };
}

/** `^[in_msg:(Maybe ^Message) out_msgs:(HashmapE 15 ^Message)]`, the transaction's first reference. */
function messagesOf(root: Cell): { readonly inMessage: ChainMessage | null; readonly outMessages: readonly ChainMessage[] } {
  const slice = root.beginParse().loadRef().beginParse();
  const inCell = slice.loadMaybeRef();
  const out = slice.loadDict(Dictionary.Keys.Uint(15), Dictionary.Values.Cell());
  return {
    inMessage: inCell === null ? null : toMessage(inCell),
    outMessages: [...out].sort(([a], [b]) => a - b).map(([, cell]) => toMessage(cell)),
  };
}

/** What became of it. Anything but an ordinary transaction is one that took no effect. */
function outcomeOf({ description }: Transaction): Pick<ChainTransaction, 'committed' | 'exitCode' | 'skippedActions' | 'gasUsed'> {
  if (description.type !== 'generic') return { committed: false, exitCode: 0, skippedActions: 0, gasUsed: 0n };
  const { computePhase: compute, actionPhase: action } = description;
  return {
    committed: !description.aborted && compute.type === 'vm' && compute.success && action?.success === true,
    exitCode: compute.type === 'vm' ? compute.exitCode : 0,
    skippedActions: action?.skippedActions ?? 0,
    gasUsed: compute.type === 'vm' ? compute.gasUsed : 0n,
  };
}

/**
 * Reads a transaction of `account` from its bag of cells; what the answer says beside the cells must be what the cells say.
 * @throws CHAIN_RESPONSE_INVALID
 */
export function readTransaction(value: unknown, account: AccountId): ChainTransaction {
  const fields = readObject(value, 'transaction');
  const root = readCell(fields['data'], 'transaction.data');
  const id = readObject(fields['transaction_id'], 'transaction.transaction_id');
  const hash = root.hash().toString('hex');
  if (readHash(id['hash'], 'transaction.transaction_id.hash') !== hash) throw malformed('transaction.transaction_id', 'hash_mismatch');
  let read: Transaction;
  let messages: ReturnType<typeof messagesOf>;
  try {
    read = loadTransaction(root.beginParse());
    messages = messagesOf(root);
  } catch {
    throw malformed('transaction.data');
  }
  const { address, lt, now, prevTransactionLt, prevTransactionHash, outMessagesCount, totalFees } = read;
  if (readInteger(id['lt'], 'transaction.transaction_id.lt') !== lt) throw malformed('transaction.transaction_id', 'hash_mismatch');
  if (address !== BigInt(`0x${accountKey(account).split(':')[1]}`)) throw malformed('transaction.data', 'another_account');
  if (outMessagesCount !== messages.outMessages.length) throw malformed('transaction.data');
  return {
    account,
    hash,
    lt,
    timestampMs: now * 1_000,
    previousLt: prevTransactionLt,
    previousHash: prevTransactionHash.toString(16).padStart(64, '0'),
    ...messages,
    fees: totalFees.coins,
    ...outcomeOf(read),
  };
}
