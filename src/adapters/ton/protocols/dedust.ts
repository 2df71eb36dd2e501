import { purposeOf } from '../../../core/effect.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import { undecodable } from '../undecodable.ts';
import type { Arrival, Use } from './deployment.ts';
import { othersThan } from './deployment.ts';

const OP_SWAP_COINS = 0xea06185d;
const OP_SWAP_TOKENS = 0xe3a0d482;
/** Pools that one swap may go through; the protocol’s own client uses up to three. */
const MAX_STEPS = 8;

/** What comes out of a pool for `asset`: by the configuration, never by the pool’s own word. */
function through(pool: AccountId | null, asset: AssetId, { protocols }: Arrival): AssetId {
  const known = pool === null ? undefined : protocols.get(pool);
  if (known?.protocol !== 'dedust' || known.role !== 'pool' || !known.assets.includes(asset)) throw undecodable('the_pool_is_not_known');
  const out = known.assets.find((other) => other !== asset);
  if (out === undefined) throw undecodable('the_pool_is_not_known');
  return out;
}

interface Route {
  readonly asset: AssetId;
  /** The least that the last pool may give. */
  readonly limit: bigint;
  readonly pools: readonly AccountId[];
}

/** `pool kind:1 limit:Coins next:Maybe ^step`, the next one likewise. No pool takes kind 1, so an order of it is refused. */
function route(first: CellReader, arrival: Arrival): Route {
  const pools: AccountId[] = [];
  let { asset } = arrival;
  let limit = 0n;
  for (let reader: CellReader | null = first; reader !== null; ) {
    if (pools.length === MAX_STEPS) throw undecodable('too_many_steps');
    const pool = reader.account(arrival.chain);
    asset = through(pool, asset, arrival);
    pools.push(pool as AccountId);
    if (reader.bit()) throw undecodable('the_kind_of_swap_is_not_known');
    limit = reader.coins();
    const next: CellReader | null = reader.bit() ? new CellReader(reader.ref()) : null;
    if (reader !== first) reader.end();
    reader = next;
  }
  return { asset, limit, pools };
}

/**
 * What a vault is told: `swap#ea06185d query_id:64 amount:Coins step ^params` with coins, `swap#e3a0d482 step ^params` with
 * tokens; params = `deadline:32 recipient referrer fulfilled:Maybe ^ rejected:Maybe ^`.
 * @throws PAYLOAD_UNDECODABLE
 * @see https://docs.dedust.io/reference/tlb-schemes
 */
export function swapAtVault(arrival: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  const { asset, native, at, chain, from } = arrival;
  const reader = new CellReader(arrival.payload);
  const op = reader.bitsLeft < 32 ? 0 : reader.uint(32);
  if (op !== (asset === native ? OP_SWAP_COINS : OP_SWAP_TOKENS)) return null;
  if (at.assets[0] !== asset) throw undecodable('the_vault_keeps_another_token');
  let { amount } = arrival;
  if (asset === native) {
    reader.bytes(8);
    amount = reader.coins();
    if (amount > arrival.amount) throw undecodable('more_than_was_sent');
  }
  const { asset: out, limit, pools } = route(reader, arrival);
  const params = new CellReader(reader.ref());
  reader.end();
  const deadline = params.uint(32);
  const recipient = params.account(chain);
  const referrer = params.account(chain);
  if (params.bit() || params.bit()) throw undecodable('a_payload_for_the_recipient');
  params.end();
  const to = recipient ?? from;
  const args = {
    amount: amount.toString(),
    min_out: limit.toString(),
    to,
    pools: pools.join(),
    deadline: String(deadline),
    ...(referrer === null ? {} : { referrer }),
  };
  return { method: 'swap', ...purposeOf('swap'), args, gets: [{ asset: out, amount: limit, to }], others: othersThan(from, to) };
}
