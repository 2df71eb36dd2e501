import { type Address, type Cell, loadMessage, type Transaction } from '@ton/core';
import { CastellanError } from '../../core/index.ts';
import { keyOf } from './account.ts';
import { type Block, sealBlock } from './block.ts';
import type { ChainState, PendingMessage } from './chain-state.ts';
import type { Engine, RunResult } from './engine.ts';
import { accountNow, appendBlock, headOf, putAccount } from './history.ts';
import { publishLibraries } from './libraries.ts';
import { messageKey, outMessageCells, type TransactionRecord } from './transaction-record.ts';

/** Between the logical times of two transactions: more than a transaction can have messages. */
export const LT_STEP = 1_000_000n;

/** What goes into one block. */
export interface BlockContent {
  readonly internals: readonly PendingMessage[];
  readonly externals: readonly PendingMessage[];
}

/**
 * Takes what the next block runs out of a state: all that is in flight, and of each account at most one waiting external.
 */
export function takeContent(state: ChainState): BlockContent {
  const internals = state.inFlight;
  const taken = new Set<string>();
  const externals: PendingMessage[] = [];
  const waiting: PendingMessage[] = [];
  for (const message of state.queue) {
    const key = keyOf(message.to);
    (taken.has(key) ? waiting : externals).push(message);
    taken.add(key);
  }
  state.inFlight = [];
  state.queue = waiting;
  return { internals, externals };
}

/**
 * Makes the next block at a chain time. Internal messages are delivered one hop; what they and the externals send is in flight
 * afterwards. An external that its account does not accept (any more) leaves no trace.
 * @throws INTERNAL where the engine cannot deliver an internal message, after the block was made without it
 */
export async function mineBlock(engine: Engine, state: ChainState, content: BlockContent, genUtime: number, salt: number): Promise<Block> {
  const previous = state.blocks.at(-1) ?? null;
  const seqno = (previous?.seqno ?? 0) + 1;
  const startLt = state.lt + LT_STEP;
  const transactions: TransactionRecord[] = [];
  let undelivered: string | null = null;

  const runOne = async ({ cell, to }: PendingMessage): Promise<RunResult> => {
    const key = keyOf(to);
    const moment = { now: genUtime, lt: state.lt + LT_STEP };
    const result = await engine
      .run(accountNow(state, key), cell, moment, { libraries: state.libraries })
      .catch((error: unknown) => ({ ok: false as const, error: String(error), exitCode: null, vmLog: '' }));
    if (!result.ok) return result;
    state.lt = moment.lt;
    putAccount(state, key, result.account, seqno);
    if (to.workChain === -1 && result.actions !== null && acted(result.transaction))
      state.libraries = publishLibraries(state.libraries, result.actions);
    const sent = internalsOf(result.cell);
    state.inFlight.push(...sent.map(({ message }) => message));
    transactions.push(record(key, result.boc, result.cell, result.transaction, seqno, sent));
    return result;
  };

  for (const message of content.internals) {
    const result = await runOne(message);
    if (!result.ok) undelivered = result.error;
  }
  for (const message of content.externals) await runOne(message);

  const endLt = transactions.length === 0 ? startLt : state.lt;
  state.lt = endLt;
  const block = sealBlock({ seqno, genUtime, startLt, endLt, transactions }, previous, salt);
  appendBlock(state, block);
  if (undelivered !== null)
    throw new CastellanError('INTERNAL', { message: 'The engine could not deliver a message.', details: { detail: undelivered } });
  return headOf(state);
}

const acted = ({ description }: Transaction): boolean => description.type === 'generic' && description.actionPhase?.success === true;

interface SentMessage {
  readonly key: string;
  readonly message: PendingMessage;
}

function internalsOf(transaction: Cell): readonly SentMessage[] {
  return outMessageCells(transaction).flatMap((cell) => {
    const { info } = loadMessage(cell.beginParse());
    return info.type === 'internal' ? [{ key: keyOfInternal(info.src, info.dest, info.createdLt), message: { cell, to: info.dest } }] : [];
  });
}

const keyOfInternal = (source: Address, destination: Address, createdLt: bigint): string =>
  messageKey(keyOf(source), keyOf(destination), createdLt);

function record(
  account: string,
  boc: string,
  cell: Cell,
  transaction: Transaction,
  seqno: number,
  sent: readonly SentMessage[],
): TransactionRecord {
  const info = transaction.inMessage?.info;
  return {
    account,
    lt: transaction.lt,
    hash: cell.hash().toString('base64'),
    boc,
    utime: transaction.now,
    seqno,
    inKey: info?.type === 'internal' ? keyOfInternal(info.src, info.dest, info.createdLt) : null,
    outKeys: sent.map(({ key }) => key),
  };
}
