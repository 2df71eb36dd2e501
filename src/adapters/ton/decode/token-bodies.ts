import type { ChainId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import type { Body, BodyReader } from './body.ts';
import { readForwarded } from './forwarded.ts';

export const OP_JETTON_TRANSFER = 0x0f8a7ea5;
const OP_JETTON_BURN = 0x595f07bc;
/** The two that minters know, of before and after there was a standard for it. */
const OPS_JETTON_MINT = [0x00000015, 0x642b7d07] as const;
const OP_INTERNAL_TRANSFER = 0x178d4519;

/**
 * `query_id:64 amount:Coins destination response custom:Maybe ^Cell forward_amount:Coins forward:Either Cell ^Cell`
 * @see https://github.com/ton-blockchain/TEPs/blob/master/text/0074-jettons-standard.md
 */
function readTransfer(reader: CellReader, chain: ChainId, op: string): Body {
  reader.bytes(8);
  const amount = reader.coins();
  const destination = reader.account(chain);
  const response = reader.account(chain);
  const customPayload = reader.maybeRef();
  const forwardAmount = reader.coins();
  const forwarded = readForwarded(reader);
  if (destination === null) return { kind: 'unknown', op, detail: 'the token transfer names no destination' };
  return { kind: 'jetton_transfer', op, amount, destination, response, customPayload, forwardAmount, forwarded };
}

/** `query_id:64 amount:Coins response custom:Maybe ^Cell` */
function readBurn(reader: CellReader, chain: ChainId, op: string): Body {
  reader.bytes(8);
  const amount = reader.coins();
  const response = reader.account(chain);
  const customPayload = reader.maybeRef();
  reader.end();
  return { kind: 'jetton_burn', op, amount, response, customPayload };
}

/** `query_id:64 to coins:Coins ^(internal_transfer#178d4519 query_id:64 amount:Coins …)`: what the token’s admin orders its minter. */
function readMint(reader: CellReader, chain: ChainId, op: string): Body {
  reader.bytes(8);
  const to = reader.account(chain);
  reader.coins();
  const order = new CellReader(reader.ref());
  reader.end();
  if (to === null || order.uint(32) !== OP_INTERNAL_TRANSFER)
    return { kind: 'unknown', op, detail: 'what is minted is not in standard form' };
  order.bytes(8);
  return { kind: 'jetton_mint', op, to, amount: order.coins() };
}

/** What a token’s accounts and its minter obey, by operation. */
export const TOKEN_BODIES: readonly (readonly [number, BodyReader])[] = [
  [OP_JETTON_TRANSFER, readTransfer],
  [OP_JETTON_BURN, readBurn],
  ...OPS_JETTON_MINT.map((op) => [op, readMint] as const),
];
