import { type Cell, Dictionary } from '@ton/core';

/** A transaction as it is kept. */
export interface TransactionRecord {
  /** Raw address. */
  readonly account: string;
  readonly lt: bigint;
  /** Base64. */
  readonly hash: string;
  /** Base64. */
  readonly boc: string;
  /** Seconds. */
  readonly utime: number;
  /** Of the masterchain block that committed it. */
  readonly seqno: number;
  /** {@link messageKey} of what came in, null for an external. */
  readonly inKey: string | null;
  readonly outKeys: readonly string[];
}

/** What names an internal message: nobody sends two with one logical time. */
export const messageKey = (source: string, destination: string, createdLt: bigint): string => `${source}>${destination}@${createdLt}`;

/** The messages that a transaction sent, as the very cells that it holds: parsed and stored again they may hash otherwise. */
export function outMessageCells(transaction: Cell): readonly Cell[] {
  const messages = transaction.beginParse().loadRef().beginParse();
  messages.loadMaybeRef();
  const out = messages.loadDict(Dictionary.Keys.Uint(15), Dictionary.Values.Cell());
  return out
    .keys()
    .sort((a, b) => a - b)
    .map((key) => out.get(key) as Cell);
}
