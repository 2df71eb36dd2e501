import type { SettlementStatus } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { isCastellanError } from '../../core/errors.ts';
import { type SignedTransaction, senderOf } from '../../core/transaction.ts';
import type { EvmAddress } from './address.ts';
import { addressOf } from './address.ts';
import { readHash, readList, readObject, readQuantity, toQuantity } from './answer.ts';
import type { Block } from './block.ts';
import { readBlockAt, readHead, readNonce } from './block.ts';
import type { RpcClient } from './client.ts';
import type { EvmChainConfig } from './config.ts';
import { pause } from './pause.ts';
import type { ChainReceipt } from './receipt.ts';
import { readReceipt, toReceipt } from './receipt.ts';

const PENDING: SettlementStatus = { status: 'pending' };

/** Height up to which blocks are final now; negative where none is. */
async function finalHeight(client: RpcClient, config: EvmChainConfig, head: Block, signal?: AbortSignal): Promise<number> {
  const deep = head.number - config.confirmations + 1;
  if (config.finality === 'confirmations') return deep;
  const finalized = await readHead(client, 'finalized', signal);
  return Math.min(deep, finalized.number);
}

/** The receipt's block, where the chain holds that very block at that height now and it lists the transaction. */
async function canonicalBlock(client: RpcClient, hash: string, receipt: ChainReceipt, signal?: AbortSignal): Promise<Block | null> {
  const block = await readBlockAt(client, receipt.blockNumber, signal);
  return block !== null && block.hash === receipt.blockHash && block.transactions.includes(hash) ? block : null;
}

/** Lowest block at or below `top` after which the sender's nonce is above `slot`; the nonce at `top` must be. */
async function blockOfSlot(client: RpcClient, sender: EvmAddress, slot: number, top: number, signal?: AbortSignal): Promise<number> {
  let high = top;
  let low = top;
  for (let step = 1; low > 0; step *= 2) {
    low = Math.max(0, top - step);
    if ((await readNonce(client, sender, low, signal)) <= slot) break;
    high = low;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await readNonce(client, sender, middle, signal)) > slot) high = middle;
    else low = middle;
  }
  return high;
}

/** The transaction that the account sent from this slot in a block; null where the block holds none. */
async function slotHolder(
  client: RpcClient,
  sender: EvmAddress,
  slot: number,
  number: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const block = readObject(await client.request('eth_getBlockByNumber', [toQuantity(number), true], signal), 'block');
  for (const entry of readList(block['transactions'], 'block.transactions', 100_000)) {
    const fields = readObject(entry, 'transaction');
    if (String(fields['from']).toLowerCase() !== sender || readQuantity(fields['nonce'], 'transaction.nonce') !== BigInt(slot)) continue;
    return readHash(fields['hash'], 'transaction.hash');
  }
  return null;
}

/**
 * Without a receipt: whether another transaction is final in our slot. It must be shown, hash and all: an endpoint that has
 * merely lost our receipt never makes a payment look replaced.
 */
async function replacedBy(client: RpcClient, signed: SignedTransaction, finalAt: number, signal?: AbortSignal): Promise<SettlementStatus> {
  const sender = addressOf(senderOf(signed), signed.chain);
  if (finalAt < 0 || (await readNonce(client, sender, finalAt, signal)) <= signed.slot) return PENDING;
  const number = await blockOfSlot(client, sender, signed.slot, finalAt, signal);
  const holder = await slotHolder(client, sender, signed.slot, number, signal);
  if (holder === null || holder === signed.hash || (await readReceipt(client, signed.hash, signal)) !== null) return PENDING;
  return { status: 'replaced', by: holder };
}

/**
 * Where a signed transaction stands, in one pass.
 *
 * `final` needs the receipt's block to be the chain's own block at that height, listing the transaction, with enough
 * blocks above; then receipt and block are read a second time and must say the same. A block that was reorganised away, and
 * anything that changes between the two looks, is `pending`.
 */
export async function readStatus(
  client: RpcClient,
  config: EvmChainConfig,
  signed: SignedTransaction,
  signal?: AbortSignal,
): Promise<SettlementStatus> {
  const receipt = await readReceipt(client, signed.hash, signal);
  const head = await readHead(client, 'latest', signal);
  const finalAt = await finalHeight(client, config, head, signal);
  if (receipt === null) return replacedBy(client, signed, finalAt, signal);
  if ((await canonicalBlock(client, signed.hash, receipt, signal)) === null) return PENDING;
  const confirmations = head.number - receipt.blockNumber + 1;
  if (confirmations < 1) return PENDING;
  if (receipt.blockNumber > finalAt) return { status: 'included', blockHash: receipt.blockHash, confirmations };
  const again = await readReceipt(client, signed.hash, signal);
  if (again === null || again.blockHash !== receipt.blockHash || again.success !== receipt.success) return PENDING;
  const block = await canonicalBlock(client, signed.hash, again, signal);
  return block === null ? PENDING : { status: 'final', receipt: toReceipt(signed, again, block) };
}

/**
 * Looks every `pollMs` until the end is known; `pending` once time is up, however far the transaction has come.
 * Endpoints that fail or talk nonsense meanwhile are asked again.
 */
export async function settle(
  client: RpcClient,
  config: EvmChainConfig,
  clock: Clock,
  signed: SignedTransaction,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<SettlementStatus> {
  const dueMs = clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    try {
      const seen = await readStatus(client, config, signed, options.signal);
      if (seen.status !== 'pending' && seen.status !== 'included') return seen;
    } catch (error) {
      if (!isCastellanError(error)) throw error;
    }
    const leftMs = dueMs - clock.monotonicMs();
    if (leftMs <= 0 || options.signal?.aborted) return PENDING;
    await pause(clock, Math.min(config.pollMs, leftMs), options.signal);
  }
}
