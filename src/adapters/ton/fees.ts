import type { Cell } from '@ton/core';
import { nativeAssetId } from '../../core/asset.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { FeeQuote } from '../../core/transaction.ts';
import { readBody } from './decode/read-body.ts';
import type { Draft } from './draft.ts';
import { cellOf } from './draft.ts';
import type { ExtendedAction } from './extended-action.ts';
import type { Send } from './out-list.ts';
import { writeOutMessage } from './out-message.ts';
import type { PluginOrder } from './plugin-order.ts';
import { pluginSend } from './plugin-order.ts';
import { undecodable } from './undecodable.ts';

/** Prices of the basechain, in the units of the network's config parameters 21 (gas) and 25 (forwarding). */
export interface GasPrices {
  /** 2^-16 nanoton per unit of gas. */
  readonly gas: bigint;
  /** Nanoton per message. */
  readonly lump: bigint;
  /** 2^-16 nanoton per bit. */
  readonly bit: bigint;
  /** 2^-16 nanoton per cell. */
  readonly cell: bigint;
}

/** What the main network asks. */
export const DEFAULT_GAS_PRICES: GasPrices = Object.freeze({
  gas: 26_214_400n,
  lump: 400_000n,
  bit: 26_214_400n,
  cell: 2_621_440_000n,
});

/** What of a wallet's order costs anything. */
export interface Order {
  readonly sends: readonly Send[];
  readonly extended: readonly ExtendedAction[];
  readonly plugin?: PluginOrder;
}

/** Forwarding to the masterchain costs so many times more than within the basechain; a quote checks it, too. */
const MASTERCHAIN_FACTOR = 25n;
const MASTERCHAIN = /:-1:/;

/** Whether a message to the account leaves the basechain. */
export function isInMasterchain(account: AccountId): boolean {
  return MASTERCHAIN.test(account);
}

/** What forwarding to the masterchain is reckoned with. */
export function masterchainPrices({ gas, lump, bit, cell }: GasPrices): GasPrices {
  return { gas, lump: lump * MASTERCHAIN_FACTOR, bit: bit * MASTERCHAIN_FACTOR, cell: cell * MASTERCHAIN_FACTOR };
}

// Bounds on gas over the three wallets, measured with room to spare; see the test of the same name.
const GAS_BASE = 6_000n;
const GAS_PER_SEND = 1_000n;
const GAS_PER_EXTENDED = 12_000n;

// What the external message holds besides the out messages, at most: V4R2's state init, the signed order's head.
const OUTER_CELLS = 24n;
const OUTER_BITS = 6_600n;
// Per send: the cell of its action, with mark and mode; per change of the wallet: its cell.
const ACTION_BITS = 40n;
const EXTENDED_BITS = 275n;
/** Rent that a wallet may owe when it wakes: about eight months of a W5 wallet at the main network's prices. */
const STORAGE_ALLOWANCE = 5_000_000n;
/** Forwarding costs are counted a fifth higher. */
const MARGIN = 120n;

interface Size {
  readonly cells: bigint;
  readonly bits: bigint;
}

/**
 * Cells of all messages of one order that are counted, each once per message: messages may share most of theirs, so that
 * they could be many more than the payload has.
 */
const MAX_COUNTED = 4_096;

/** Cells and bits of a message behind its root, each distinct cell once. @throws PAYLOAD_UNDECODABLE above `room` cells */
function sizeOf(root: Draft, room: number): Size {
  const seen = new Set<string>();
  const open: Cell[] = root.refs.map(cellOf);
  let bits = 0;
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const hash = cell.hash().toString('latin1');
    if (seen.has(hash)) continue;
    if (seen.size >= room) throw undecodable('too_many_cells');
    seen.add(hash);
    bits += cell.bits.length;
    open.push(...cell.refs);
  }
  return { cells: BigInt(seen.size), bits: BigInt(bits) };
}

const shifted = (value: bigint): bigint => (value + 0xffffn) >> 16n;

function forwarding({ cells, bits }: Size, prices: GasPrices): bigint {
  return prices.lump + shifted(prices.bit * bits + prices.cell * cells);
}

/** The attached coins of a token order that come back or are used up on the way; null where the bytes send them elsewhere. */
function attachedAsFee({ message }: Send, chain: ChainId, wallet: AccountId): bigint {
  const body = readBody(message.body, chain);
  if (body.kind !== 'jetton_transfer' && body.kind !== 'jetton_burn') return 0n;
  if (body.response !== wallet) return 0n;
  const forwarded = body.kind === 'jetton_transfer' && body.forwardAmount > 1n ? body.forwardAmount : 0n;
  return message.value > forwarded ? message.value - forwarded : 0n;
}

interface Reckoned {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly prices: GasPrices;
  readonly quote: FeeQuote;
}

/** One decision asks for the fee of the same order when its bytes are taken in and again each time they are decoded. */
const reckoned = new WeakMap<Order, Reckoned>();

/**
 * The most that an order of this wallet can cost in fees, from its content alone: the wallet's gas, taking the message in
 * (the state init always counted), forwarding each out message, and the coins attached to token orders.
 *
 * Pure: the same content and prices always give the same bound, whatever seqno, validity or version.
 * @throws PAYLOAD_UNDECODABLE for messages of more cells together than a network would carry
 */
export function feeOf(order: Order, chain: ChainId, wallet: AccountId, prices: GasPrices): FeeQuote {
  const known = reckoned.get(order);
  const isSame = known?.chain === chain && known.wallet === wallet && known.prices === prices;
  const quote = isSame ? known.quote : reckon(order, chain, wallet, prices);
  if (!isSame) reckoned.set(order, { chain, wallet, prices, quote });
  // A copy: what a caller does to theirs must not come back as what the content costs.
  return { ...quote, params: { ...quote.params } };
}

function reckon(order: Order, chain: ChainId, wallet: AccountId, prices: GasPrices): FeeQuote {
  const messages = order.plugin === undefined ? order.sends : [...order.sends, pluginSend(order.plugin)];
  const sends = BigInt(messages.length);
  // Taking a plugin in costs about what an extension does.
  const extended = BigInt(order.extended.length + (order.plugin === undefined ? 0 : 1));
  let bits = OUTER_BITS + ACTION_BITS * sends + EXTENDED_BITS * extended;
  let cells = OUTER_CELLS + sends + extended;
  let forward = 0n;
  let attached = 0n;
  let room = MAX_COUNTED;
  for (const send of messages) {
    const cell = writeOutMessage(send.message, chain);
    const size = sizeOf(cell, room);
    room -= Number(size.cells);
    bits += size.bits + BigInt(cell.bits);
    cells += size.cells + 1n;
    forward += forwarding(size, isInMasterchain(send.message.to) ? masterchainPrices(prices) : prices);
    attached += attachedAsFee(send, chain, wallet);
  }
  const gas = shifted((GAS_BASE + GAS_PER_SEND * sends + GAS_PER_EXTENDED * extended) * prices.gas);
  const intake = (forwarding({ cells, bits }, prices) * MARGIN) / 100n;
  forward = (forward * MARGIN) / 100n;
  const parts = { gas, intake, forward, storage: STORAGE_ALLOWANCE, attached };
  const ceiling = Object.values(parts).reduce((sum, part) => sum + part, 0n);
  const params = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.toString()]));
  return { asset: nativeAssetId(chain), ceiling, params };
}
