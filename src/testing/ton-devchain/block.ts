import { beginCell, type Cell } from '@ton/core';
import type { TransactionRecord } from './transaction-record.ts';

/** The one shard of a workchain, as the signed number that toncenter gives. */
export const WHOLE_SHARD = '-9223372036854775808';

/** A masterchain block together with the one shard block that it commits; both have the same seqno. */
export interface Block {
  readonly seqno: number;
  /** Chain time, seconds. */
  readonly genUtime: number;
  readonly startLt: bigint;
  readonly endLt: bigint;
  /** In the order in which they ran, of both workchains. */
  readonly transactions: readonly TransactionRecord[];
  /** Differs between any two blocks, also of histories that a revert parted. */
  readonly digest: Cell;
}

/** Seals a block to the one before it. */
export function sealBlock(parts: Omit<Block, 'digest'>, previous: Block | null, salt: number): Block {
  const content = beginCell()
    .storeUint(parts.seqno, 32)
    .storeUint(parts.genUtime, 64)
    .storeUint(parts.endLt, 64)
    .storeUint(salt, 32)
    .storeBuffer(previous === null ? Buffer.alloc(32) : previous.digest.hash());
  const digest = parts.transactions.reduce(
    (cell, { hash }) => beginCell().storeRef(cell).storeBuffer(Buffer.from(hash, 'base64')).endCell(),
    content.endCell(),
  );
  return { ...parts, digest };
}

const ids = new WeakMap<Block, Map<number, Readonly<Record<string, unknown>>>>();

/** A block's id as toncenter spells it. */
export function blockId(block: Block, workchain: number): Readonly<Record<string, unknown>> {
  const known = ids.get(block) ?? new Map<number, Readonly<Record<string, unknown>>>();
  ids.set(block, known);
  const id = known.get(workchain) ?? toId(block, workchain);
  known.set(workchain, id);
  return id;
}

function toId(block: Block, workchain: number): Readonly<Record<string, unknown>> {
  const root = beginCell().storeInt(workchain, 32).storeRef(block.digest).endCell();
  const file = beginCell().storeRef(root).endCell();
  return {
    '@type': 'ton.blockIdExt',
    workchain,
    shard: WHOLE_SHARD,
    seqno: block.seqno,
    root_hash: root.hash().toString('base64'),
    file_hash: file.hash().toString('base64'),
  };
}
