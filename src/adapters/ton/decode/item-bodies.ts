import type { ChainId } from '../../../core/ids.ts';
import type { CellReader } from '../cell-reader.ts';
import type { Body, BodyReader } from './body.ts';
import { readForwarded } from './forwarded.ts';

const OP_NFT_TRANSFER = 0x5fcc3d14;
const OP_SBT_DESTROY = 0x1f04537a;
const OP_SBT_REVOKE = 0x6f89f5e3;

/**
 * `query_id:64 new_owner response custom:Maybe ^Cell forward_amount:Coins forward:Either Cell ^Cell`
 * @see https://github.com/ton-blockchain/TEPs/blob/master/text/0062-nft-standard.md
 */
function readTransfer(reader: CellReader, chain: ChainId, op: string): Body {
  reader.bytes(8);
  const newOwner = reader.account(chain);
  const response = reader.account(chain);
  const customPayload = reader.maybeRef();
  const forwardAmount = reader.coins();
  const forwarded = readForwarded(reader);
  if (newOwner === null) return { kind: 'unknown', op, detail: 'the transfer of an item names no new owner' };
  return { kind: 'nft_transfer', op, newOwner, response, customPayload, forwardAmount, forwarded };
}

/** `query_id:64` @see https://github.com/ton-blockchain/TEPs/blob/master/text/0085-sbt-standard.md */
const readEnd =
  (method: string): BodyReader =>
  (reader, _chain, op) => {
    reader.bytes(8);
    reader.end();
    return { kind: 'nft_end', op, method };
  };

/** What items of a collection obey, by operation. */
export const ITEM_BODIES: readonly (readonly [number, BodyReader])[] = [
  [OP_NFT_TRANSFER, readTransfer],
  [OP_SBT_DESTROY, readEnd('sbt_destroy')],
  [OP_SBT_REVOKE, readEnd('sbt_revoke')],
];
