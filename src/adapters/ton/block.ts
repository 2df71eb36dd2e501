import { accountKey } from '../../core/account.ts';
import type { AccountId } from '../../core/ids.ts';
import { malformed, readCount, readHash, readList, readObject, readText } from './answer.ts';
import type { TonClient } from './client.ts';

/** The masterchain's only shard, as the API spells it. */
const SHARD = '-9223372036854775808';
const MASTERCHAIN = -1;
/** Shards of a workchain; the network splits it into a few dozen at most. */
const MAX_SHARDS = 1_024;
/** Headers that are kept per client; one is about 100 bytes. */
const MAX_HEADERS = 256;

/** One block of the masterchain. What it commits to is never taken back. */
export interface Block {
  readonly seqno: number;
  /** Root hash, 64 hex digits. */
  readonly hash: string;
  readonly timestampMs: number;
}

const headers = new WeakMap<TonClient, Map<string, Block>>();

function readBlockId(value: unknown, field: string): { readonly seqno: number; readonly hash: string } {
  const fields = readObject(value, field);
  if (fields['workchain'] !== MASTERCHAIN || readText(fields['shard'], `${field}.shard`) !== SHARD)
    throw malformed(field, 'no_masterchain');
  return { seqno: readCount(fields['seqno'], `${field}.seqno`), hash: readHash(fields['root_hash'], `${field}.root_hash`) };
}

/** The header at `seqno`. Headers do not change, so what was read once under a hash is not read again. */
async function readHeader(client: TonClient, seqno: number, hash: string, signal?: AbortSignal): Promise<Block> {
  const cache = headers.get(client) ?? new Map<string, Block>();
  headers.set(client, cache);
  const cached = cache.get(`${seqno}:${hash}`);
  if (cached !== undefined) return cached;
  const answer = await client.request('getBlockHeader', { workchain: MASTERCHAIN, shard: SHARD, seqno }, signal);
  const fields = readObject(answer, 'header');
  const id = readBlockId(fields['id'], 'header.id');
  if (id.seqno !== seqno || id.hash !== hash) throw malformed('header.id', 'another_block');
  const block = { ...id, timestampMs: readCount(fields['gen_utime'], 'header.gen_utime') * 1_000 };
  for (const oldest of cache.keys()) {
    if (cache.size < MAX_HEADERS) break;
    cache.delete(oldest);
  }
  cache.set(`${id.seqno}:${id.hash}`, block);
  return block;
}

/** The newest block of the masterchain. @throws CHAIN_RESPONSE_INVALID, also where it is too old; CHAIN_UNAVAILABLE, TIMEOUT */
export async function readHead(client: TonClient, signal?: AbortSignal): Promise<Block> {
  const fields = readObject(await client.request('getMasterchainInfo', {}, signal), 'masterchainInfo');
  const { seqno, hash } = readBlockId(fields['last'], 'masterchainInfo.last');
  const head = await readHeader(client, seqno, hash, signal);
  client.checkHeadAge(head.timestampMs);
  return head;
}

/** Whether the shard, a signed 64-bit number whose lowest set bit ends its prefix, holds accounts that begin so. */
function holds(shard: string, prefix: bigint): boolean {
  if (!/^-?[1-9][0-9]{0,18}$/.test(shard)) throw malformed('shards.shard');
  const id = BigInt.asUintN(64, BigInt(shard));
  const end = id & -id;
  const mask = BigInt.asUintN(64, ~((end << 1n) - 1n));
  return (prefix & mask) === (id & mask);
}

/**
 * Time of the newest block of the account's shard that `block` commits, ms. Blocks of the shard that are still to come are
 * not older than that one, though they may be older than `block`.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function readShardTime(client: TonClient, block: Block, account: AccountId, signal?: AbortSignal): Promise<number> {
  const [workchain, hash] = accountKey(account).split(':');
  if (Number(workchain) === MASTERCHAIN) return block.timestampMs;
  const prefix = BigInt(`0x${String(hash).slice(0, 16)}`);
  const answer = readObject(await client.request('shards', { seqno: block.seqno }, signal), 'shards');
  const shards = readList(answer['shards'], 'shards.shards', MAX_SHARDS).map((entry) => readObject(entry, 'shards.shards'));
  const own = shards.filter((entry) => entry['workchain'] === Number(workchain) && holds(readText(entry['shard'], 'shards.shard'), prefix));
  const [id] = own;
  if (id === undefined || own.length !== 1) throw malformed('shards.shards', 'no_shard_of_account');
  const params = { workchain: Number(workchain), shard: id['shard'], seqno: readCount(id['seqno'], 'shards.seqno') };
  const header = readObject(await client.request('getBlockHeader', params, signal), 'header');
  const shown = readObject(header['id'], 'header.id');
  if (readHash(shown['root_hash'], 'header.id.root_hash') !== readHash(id['root_hash'], 'shards.root_hash'))
    throw malformed('header.id', 'another_block');
  return readCount(header['gen_utime'], 'header.gen_utime') * 1_000;
}
