import { nativeAssetId } from '../../core/asset.ts';
import type { AccountActivity } from '../../core/chain-adapter.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { ChainId } from '../../core/ids.ts';
import type { BlockMark } from './activity-cursor.ts';
import { accountOf } from './address.ts';
import { malformed, readAddress, readCount, readHash, readList, readObject, readQuantity, toQuantity } from './answer.ts';
import type { RpcClient } from './client.ts';

/** Questions asked side by side. */
const AT_ONCE = 8;
/** Transactions that a block may hold. */
const MAX_TRANSACTIONS = 100_000;

/** A block with the transactions that our accounts sent or received. */
export interface ScannedBlock {
  readonly height: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly atMs: number;
  readonly events: readonly AccountActivity[];
}

/**
 * A block with its transactions. What is more than an answer may hold is read one transaction at a time: whoever fills a block must not end
 * the watch.
 */
async function fullBlock(client: RpcClient, height: number, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  const ask = async (full: boolean) =>
    readObject(await client.request('eth_getBlockByNumber', [toQuantity(height), full], signal), 'block');
  try {
    return await ask(true);
  } catch (error) {
    if (!isCastellanError(error) || error.details['reason'] !== 'too_large') throw error;
  }
  const block = await ask(false);
  const hashes = readList(block['transactions'], 'block.transactions', MAX_TRANSACTIONS);
  const transactions: unknown[] = [];
  for (let start = 0; start < hashes.length; start += AT_ONCE) {
    const some = hashes.slice(start, start + AT_ONCE).map(async (hash) => {
      const found = readObject(
        await client.request('eth_getTransactionByHash', [readHash(hash, 'block.transactions')], signal),
        'transaction',
      );
      if (found['blockHash'] !== block['hash'] || found['hash'] !== hash) throw malformed('transaction.blockHash', 'another_block');
      return found;
    });
    transactions.push(...(await Promise.all(some)));
  }
  return { ...block, transactions };
}

async function scanBlock(
  client: RpcClient,
  chain: ChainId,
  ours: ReadonlySet<string>,
  height: number,
  signal?: AbortSignal,
): Promise<ScannedBlock> {
  const block = await fullBlock(client, height, signal);
  if (readCount(block['number'], 'block.number') !== height) throw malformed('block.number', 'another_block');
  const hash = readHash(block['hash'], 'block.hash');
  const atMs = readCount(block['timestamp'], 'block.timestamp') * 1_000;
  const events: AccountActivity[] = [];
  for (const entry of readList(block['transactions'], 'block.transactions', MAX_TRANSACTIONS)) {
    const fields = readObject(entry, 'transaction');
    const from = readAddress(fields['from'], 'transaction.from');
    const to = fields['to'] === null || fields['to'] === undefined ? null : readAddress(fields['to'], 'transaction.to');
    if (!ours.has(from) && (to === null || !ours.has(to))) continue;
    const amount = readQuantity(fields['value'], 'transaction.value');
    const base = {
      txHash: readHash(fields['hash'], 'transaction.hash'),
      asset: nativeAssetId(chain),
      amount,
      block: String(height),
      blockHash: hash,
      atMs,
    };
    if (ours.has(from))
      events.push({
        ...base,
        kind: 'sent',
        account: accountOf(chain, from),
        slot: readCount(fields['nonce'], 'transaction.nonce'),
        counterparty: to === null ? null : accountOf(chain, to),
      });
    if (to !== null && to !== from && ours.has(to))
      events.push({ ...base, kind: 'received', account: accountOf(chain, to), slot: null, counterparty: accountOf(chain, from) });
  }
  return { height, hash, parentHash: readHash(block['parentHash'], 'block.parentHash'), atMs, events };
}

/** Blocks that follow on each other, and on `last`: a chain that changes meanwhile ends them, and the next look finds that. */
export async function scanBlocks(
  client: RpcClient,
  chain: ChainId,
  ours: ReadonlySet<string>,
  range: { readonly from: number; readonly to: number; readonly last: BlockMark | undefined },
  signal?: AbortSignal,
): Promise<readonly ScannedBlock[]> {
  const scanned: ScannedBlock[] = [];
  let parent = range.last?.[0] === range.from - 1 ? range.last[1] : undefined;
  for (let from = range.from; from <= range.to; from += AT_ONCE) {
    const heights = Array.from({ length: Math.min(AT_ONCE, range.to - from + 1) }, (_, index) => from + index);
    for (const block of await Promise.all(heights.map((height) => scanBlock(client, chain, ours, height, signal)))) {
      if (parent !== undefined && block.parentHash !== parent) return scanned;
      scanned.push(block);
      parent = block.hash;
    }
  }
  return scanned;
}
