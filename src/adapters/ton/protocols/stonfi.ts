import { purposeOf } from '../../../core/effect.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import { undecodable } from '../undecodable.ts';
import type { Arrival, Use } from './deployment.ts';
import { othersThan } from './deployment.ts';

export const OP_SWAP_V1 = 0x25938561;
export const OP_SWAP_V2 = 0x6664de2a;
/** The most that a referrer may take, of 10,000: what the router itself allows. */
const MAX_REFERRAL = 100;

/** The asset that the router keeps in this account: by the configuration or the token’s own minter, never by the account’s word. */
function outputOf({ protocols, at, keeps }: Arrival, account: AccountId | null, router: AccountId): AssetId {
  const known = account === null ? undefined : protocols.get(account);
  const told = account === null || known !== undefined ? undefined : keeps(account);
  if (told?.owner === router) return told.asset;
  const [asset] = known?.assets ?? [];
  if (known?.role !== 'token_account' || known.owner !== router || known.protocol !== at.protocol || asset === undefined)
    throw undecodable('what_it_brings_is_not_known');
  return asset;
}

function mustBe(account: AccountId | null): AccountId {
  if (account === null) throw undecodable('address_invalid');
  return account;
}

type Swap = Omit<Use, 'op' | 'protocol'>;

/** `token_account min_out:Coins to has_referrer:1 [referrer]` @see https://docs.ston.fi/developer-section/dex/smart-contracts/v1 */
function swapV1(reader: CellReader, arrival: Arrival, router: AccountId): Swap {
  const asset = outputOf(arrival, reader.account(arrival.chain), router);
  const amount = reader.coins();
  const to = mustBe(reader.account(arrival.chain));
  const referrer = reader.bit() ? reader.account(arrival.chain) : null;
  reader.end();
  const args = { amount: arrival.amount.toString(), min_out: amount.toString(), to, ...(referrer === null ? {} : { referrer }) };
  return { method: 'swap', ...purposeOf('swap'), args, gets: [{ asset, amount, to }], others: othersThan(arrival.from, to) };
}

/**
 * `token_account refund excesses deadline:64 ^(min_out:Coins to gas:Coins payload:Maybe ^ refund_gas:Coins payload:Maybe ^ fee:16 referrer)`
 * @see https://docs.ston.fi/developer-section/dex/smart-contracts/v2
 */
function swapV2(reader: CellReader, arrival: Arrival, router: AccountId): Swap {
  const { chain, from } = arrival;
  const asset = outputOf(arrival, reader.account(chain), router);
  const refund = mustBe(reader.account(chain));
  const excesses = mustBe(reader.account(chain));
  const deadline = reader.big(8);
  const body = new CellReader(reader.ref());
  reader.end();
  const amount = body.coins();
  const to = mustBe(body.account(chain));
  body.coins();
  if (body.bit()) throw undecodable('a_payload_for_the_receiver');
  body.coins();
  if (body.bit()) throw undecodable('a_payload_for_the_refund');
  const fee = body.uint(16);
  const referrer = body.account(chain);
  body.end();
  if (fee > MAX_REFERRAL) throw undecodable('referral_fee_too_high');
  const args = {
    amount: arrival.amount.toString(),
    min_out: amount.toString(),
    to,
    refund,
    excesses,
    deadline: deadline.toString(),
    ...(referrer === null ? {} : { referrer, referral_bps: String(fee) }),
  };
  return { method: 'swap', ...purposeOf('swap'), args, gets: [{ asset, amount, to }], others: othersThan(from, to, refund, excesses) };
}

/** What a router is told to do with tokens that it was sent; null for anything but a swap. @throws PAYLOAD_UNDECODABLE */
export function swapAt(router: AccountId, arrival: Arrival): Swap | null {
  const reader = new CellReader(arrival.payload);
  const op = reader.bitsLeft < 32 ? 0 : reader.uint(32);
  if (arrival.at.protocol === 'stonfi-v1') return op === OP_SWAP_V1 ? swapV1(reader, arrival, router) : null;
  return op === OP_SWAP_V2 ? swapV2(reader, arrival, router) : null;
}
