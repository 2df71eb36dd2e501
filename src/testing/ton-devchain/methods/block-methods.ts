import { type Block, blockId, WHOLE_SHARD } from '../block.ts';
import type { DevChain } from '../chain.ts';
import type { ChainState } from '../chain-state.ts';
import { ApiFailure, malformed } from '../failure.ts';
import { blockAt, headOf } from '../history.ts';
import type { Params } from '../params.ts';
import { rawTransaction } from '../raw-transaction.ts';
import type { TransactionRecord } from '../transaction-record.ts';
import type { Methods } from './method.ts';

/** Spellings of the one shard of a workchain. */
const SHARDS = new Set([WHOLE_SHARD, '8000000000000000', '9223372036854775808']);
const MOST_COUNT = 10_000;

/** Blocks, and what is in them. */
export const BLOCK_METHODS: Methods = {
  getMasterchainInfo(chain) {
    const head = headOf(chain.state());
    return {
      '@type': 'blocks.masterchainInfo',
      last: blockId(head, -1),
      state_root_hash: head.digest.hash().toString('base64'),
      init: { '@type': 'ton.blockIdExt', workchain: -1, shard: '0', seqno: 0, root_hash: ZERO, file_hash: ZERO },
    };
  },
  getConsensusBlock(chain) {
    const head = headOf(chain.state());
    return { '@type': 'ext.blocks.consensusBlock', consensus_block: head.seqno, timestamp: head.genUtime };
  },
  getBlockHeader(chain, params) {
    const { block, workchain } = find(chain, params);
    const before = chain.state().blocks[chain.state().blocks.indexOf(block) - 1];
    return {
      '@type': 'blocks.header',
      id: blockId(block, workchain),
      global_id: chain.globalId,
      version: 0,
      flags: 1,
      after_merge: false,
      after_split: false,
      before_split: false,
      want_merge: false,
      want_split: false,
      validator_list_hash_short: 0,
      catchain_seqno: 0,
      min_ref_mc_seqno: block.seqno - 1,
      is_key_block: false,
      prev_key_block_seqno: 0,
      start_lt: block.startLt.toString(),
      end_lt: block.endLt.toString(),
      gen_utime: block.genUtime,
      vert_seqno: 0,
      prev_blocks: before === undefined ? [] : [blockId(before, workchain)],
    };
  },
  lookupBlock(chain, params) {
    const workchain = workchainOf(params);
    const [seqno, lt, unixtime] = [params.optionalInt('seqno'), params.optionalBigint('lt'), params.optionalInt('unixtime')];
    if (seqno === null && lt === null && unixtime === null) throw malformed('seqno, lt or unixtime is required');
    const { blocks } = chain.state();
    const found =
      seqno !== null
        ? blockAt(chain.state(), seqno)
        : blocks.find(({ endLt, genUtime }) => (lt === null ? genUtime >= (unixtime ?? 0) : endLt >= lt));
    if (found === undefined) throw new ApiFailure(500, 'LITE_SERVER_NOTREADY: ltdb: block not found');
    return blockId(found, workchain);
  },
  shards(chain, params) {
    return { '@type': 'blocks.shards', shards: [blockId(blockAt(chain.state(), params.int('seqno')), 0)] };
  },
  getBlockTransactions(chain, params) {
    const { head, list } = page(chain, params, 'blocks.transactions');
    return {
      ...head,
      transactions: list.map(({ account, lt, hash }) => ({ '@type': 'blocks.shortTxId', mode: 135, account, lt: lt.toString(), hash })),
    };
  },
  getBlockTransactionsExt(chain, params) {
    const { head, list } = page(chain, params, 'blocks.transactionsExt');
    return { ...head, transactions: list.map(rawTransaction) };
  },
};

const ZERO = Buffer.alloc(32).toString('base64');

function workchainOf(params: Params): number {
  const workchain = params.int('workchain');
  if (workchain !== 0 && workchain !== -1) throw new ApiFailure(500, `LITE_SERVER_NOTREADY: there is no workchain ${workchain}`);
  const shard = params.raw('shard');
  // As a JSON number it has lost its last digits on the way.
  if (typeof shard !== 'number' && !SHARDS.has(String(shard).toLowerCase()))
    throw new ApiFailure(500, 'LITE_SERVER_NOTREADY: there is no such shard');
  return workchain;
}

function find(chain: DevChain, params: Params): { readonly block: Block; readonly workchain: number } {
  const workchain = workchainOf(params);
  const block = blockAt(chain.state(), params.int('seqno'));
  for (const name of ['root_hash', 'file_hash']) {
    const given = params.optionalHash(name);
    if (given !== null && given !== blockId(block, workchain)[name]) throw new ApiFailure(500, 'LITE_SERVER_NOTREADY: block not found');
  }
  return { block, workchain };
}

/** Transactions of a block after `after_lt`, of one workchain. */
function page(chain: DevChain, params: Params, type: string): { readonly head: object; readonly list: readonly TransactionRecord[] } {
  const { block, workchain } = find(chain, params);
  const count = params.optionalInt('count') ?? 40;
  if (count < 1 || count > MOST_COUNT) throw malformed(`count is 1 to ${MOST_COUNT}`);
  const afterLt = params.optionalBigint('after_lt') ?? 0n;
  const all = transactionsOf(chain.state(), block, workchain).filter(({ lt }) => lt > afterLt);
  const list = all.slice(0, count);
  return { head: { '@type': type, id: blockId(block, workchain), req_count: count, incomplete: list.length < all.length }, list };
}

const transactionsOf = (_state: ChainState, block: Block, workchain: number): readonly TransactionRecord[] =>
  block.transactions.filter(({ account }) => account.startsWith(`${workchain}:`));
