import type { CommonMessageInfoInternal } from '@ton/core';
import { isCastellanError } from '../../core/errors.ts';
import { readAccount } from './account-state.ts';
import { accountOf } from './address.ts';
import { malformed } from './answer.ts';
import type { Block } from './block.ts';
import type { ChainMessage, ChainTransaction } from './chain-transaction.ts';
import { readTransaction } from './chain-transaction.ts';
import type { TonClient } from './client.ts';
import { readHistory } from './history.ts';

/** Bounds of what is followed: whoever is paid may send on as much as he likes. */
export const MAX_TRACE_MESSAGES = 128;
export const MAX_TRACE_DEPTH = 32;
/** Transactions that are looked through where the endpoint cannot locate one by its message. */
const MAX_SEARCHED = 96;
/** Messages that are located side by side. */
const AT_ONCE = 8;

/** One transaction of a trace. */
export interface Hop {
  readonly transaction: ChainTransaction;
  /** The message that brought it about; null for the first, which came from outside. */
  readonly message: CommonMessageInfoInternal | null;
  /** Position of the hop that sent the message; -1 for the first. */
  readonly parent: number;
  readonly depth: number;
}

/** What became of a transaction and all that it set off, as far as one block of the masterchain knows. */
export interface Trace {
  readonly hops: readonly Hop[];
  /** Every message was delivered. */
  readonly complete: boolean;
  /** It goes on beyond the bounds, where nobody looked. */
  readonly cut: boolean;
}

/** Looks for the message in the receiver's own history, from its state at the block backwards. */
async function search(
  client: TonClient,
  message: ChainMessage,
  info: CommonMessageInfoInternal,
  block: Block,
  signal?: AbortSignal,
): Promise<ChainTransaction | null> {
  const state = await readAccount(client, accountOf(client.chain, info.dest), block.seqno, signal);
  for await (const found of readHistory(client, state, MAX_SEARCHED, signal)) {
    if (found.inMessage?.hash === message.hash) return found;
    // What came before the message was sent is not its delivery.
    if (found.lt < info.createdLt) return null;
  }
  return null;
}

/**
 * The transaction that delivered the message, where `block` or an earlier one committed it; null where none did.
 * @throws CHAIN_RESPONSE_INVALID where the endpoint shows another message's
 */
async function locate(
  client: TonClient,
  message: ChainMessage,
  info: CommonMessageInfoInternal,
  block: Block,
  signal?: AbortSignal,
): Promise<ChainTransaction | null> {
  let found: ChainTransaction | null;
  try {
    const params = {
      source: info.src.toRawString(),
      destination: info.dest.toRawString(),
      created_lt: info.createdLt.toString(),
    };
    const answer = await client.request('tryLocateResultTx', params, signal);
    found = readTransaction(answer, accountOf(client.chain, info.dest));
    if (found.inMessage?.hash !== message.hash) throw malformed('transaction.in_msg', 'another_message');
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') throw error;
    found = await search(client, message, info, block, signal);
  }
  return found !== null && found.timestampMs <= block.timestampMs ? found : null;
}

/** An undelivered message, and where it came from. */
interface Open {
  readonly message: ChainMessage;
  readonly info: CommonMessageInfoInternal;
  readonly parent: number;
  readonly depth: number;
}

function sentBy({ outMessages }: ChainTransaction, parent: number, depth: number): readonly Open[] {
  return outMessages.flatMap((message): readonly Open[] => {
    const { info } = message.message;
    // What goes out of the chain is delivered to nobody.
    return info.type === 'internal' ? [{ message, info, parent, depth }] : [];
  });
}

/**
 * Follows everything that a transaction set off, hop by hop, each one proved by the very message that it took in.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, TIMEOUT
 */
export async function followTrace(client: TonClient, first: ChainTransaction, block: Block, signal?: AbortSignal): Promise<Trace> {
  const hops: Hop[] = [{ transaction: first, message: null, parent: -1, depth: 0 }];
  let open = sentBy(first, 0, 1);
  let complete = true;
  let cut = false;
  for (let messages = 0; open.length > 0; ) {
    const room = open.filter(({ depth }) => depth <= MAX_TRACE_DEPTH).slice(0, Math.min(AT_ONCE, MAX_TRACE_MESSAGES - messages));
    if (room.length === 0) {
      cut = true;
      break;
    }
    messages += room.length;
    const located = await Promise.all(room.map(({ message, info }) => locate(client, message, info, block, signal)));
    const next: Open[] = [];
    for (const [index, transaction] of located.entries()) {
      const { info, parent, depth } = room[index] as Open;
      if (transaction === null) complete = false;
      else {
        hops.push({ transaction, message: info, parent, depth });
        next.push(...sentBy(transaction, hops.length - 1, depth + 1));
      }
    }
    open = [...open.filter((message) => !room.includes(message)), ...next];
  }
  return { hops, complete, cut };
}
