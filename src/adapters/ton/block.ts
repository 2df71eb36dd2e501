import { malformed, readCount, readHash, readObject, readText } from './answer.ts';
import type { TonClient } from './client.ts';

/** The masterchain's only shard, as the API spells it. */
const SHARD = '-9223372036854775808';
const MASTERCHAIN = -1;
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
  if (fields['workchain'] !== MASTERCHAIN || readText(fields['shard'], `${field}.shard`) !== SHARD) throw malformed(field, 'no_masterchain');
  return { seqno: readCount(fields['seqno'], `${field}.seqno`), hash: readHash(fields['root_hash'], `${field}.root_hash`) };
}

/** The header at `seqno`. Headers do not change, so what was read once under a hash is not read again. */
async function readHeader(client: TonClient, seqno: number, hash: string | null, signal?: AbortSignal): Promise<Block> {
  const cache = headers.get(client) ?? new Map<string, Block>();
  headers.set(client, cache);
  const cached = hash === null ? undefined : cache.get(`${seqno}:${hash}`);
  if (cached !== undefined) return cached;
  const answer = await client.request('getBlockHeader', { workchain: MASTERCHAIN, shard: SHARD, seqno }, signal);
  const fields = readObject(answer, 'header');
  const id = readBlockId(fields['id'], 'header.id');
  if (id.seqno !== seqno || (hash !== null && id.hash !== hash)) throw malformed('header.id', 'another_block');
  const block = { ...id, timestampMs: readCount(fields['gen_utime'], 'header.gen_utime') * 1_000 };
  for (const oldest of cache.keys()) {
    if (cache.size < MAX_HEADERS) break;
    cache.delete(oldest);
  }
  cache.set(`${id.seqno}:${id.hash}`, block);
  return block;
}

/** The newest block of the masterchain. @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, TIMEOUT */
export async function readHead(client: TonClient, signal?: AbortSignal): Promise<Block> {
  const fields = readObject(await client.request('getMasterchainInfo', {}, signal), 'masterchainInfo');
  const { seqno, hash } = readBlockId(fields['last'], 'masterchainInfo.last');
  return readHeader(client, seqno, hash, signal);
}

/** The masterchain's block at `seqno`. @throws CHAIN_RESPONSE_INVALID; CHAIN_REJECTED above the head */
export async function readBlockAt(client: TonClient, seqno: number, signal?: AbortSignal): Promise<Block> {
  return readHeader(client, seqno, null, signal);
}
