import type { SettlementStatus } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import type { AccountState } from './account-state.ts';
import { readAccount } from './account-state.ts';
import type { Block } from './block.ts';
import { readHead, readShardTime } from './block.ts';
import type { TonClient } from './client.ts';
import type { TonChainConfig } from './config.ts';
import { findInHistory } from './landing.ts';
import { toReceipt } from './receipt.ts';
import { checkClock } from './sequence.ts';
import { readSigned } from './signed-message.ts';
import { readHoldings } from './token-moves.ts';
import { followTrace } from './trace.ts';
import type { WalletMessage } from './wallet-message.ts';
import { readWalletState } from './wallet-state.ts';

const PENDING: SettlementStatus = { status: 'pending' };

/** What one look needs. */
interface Look {
  readonly client: TonClient;
  readonly config: TonChainConfig;
  readonly clock: Clock;
  readonly signed: SignedTransaction;
  readonly order: WalletMessage;
  /** Everything is read as of this block. */
  readonly head: Block;
  readonly state: AccountState;
  readonly signal: AbortSignal | undefined;
}

/**
 * The slot, or an earlier one, is still free: the bytes are void once the chain has passed their validity, and only then. The time that counts is
 * that of the wallet's own shard as the head commits it, for blocks of the shard that are still to come may be older than the head.
 */
async function whileSlotIsFree({ client, config, clock, signed, order, head, signal }: Look): Promise<SettlementStatus> {
  const endMs = order.validUntil * 1_000;
  if (head.timestampMs <= endMs) return PENDING;
  // A chain whose clock runs ahead of ours would end what is still valid elsewhere.
  checkClock(head, config, clock);
  const shardMs = await readShardTime(client, head, signed.wallet, signal);
  return shardMs > endMs && shardMs <= head.timestampMs ? { status: 'expired', by: null } : PENDING;
}

/** The slot is used: by our bytes, whose trace then counts to its end, or by others, which must be shown. */
async function onceSlotIsUsed({ client, signed, order, head, state, signal }: Look): Promise<SettlementStatus> {
  const landing = await findInHistory(client, state, signed, signal);
  if (landing.kind === 'not_found') return PENDING;
  if (landing.kind === 'other') return { status: 'replaced', by: landing.hash };
  const trace = await followTrace(client, landing.transaction, head, signal);
  if (!trace.complete) return { status: 'included', blockHash: head.hash, confirmations: trace.hops.length };
  const holdings = await readHoldings(client, trace, signed.wallet, head.seqno, signal);
  return { status: 'final', receipt: toReceipt(signed, order, trace, head, holdings) };
}

/**
 * Where a signed transaction stands, in one pass, all of it read as of one block of the masterchain.
 *
 * `final` needs the wallet's transaction in the chain of hashes that ends in the wallet's state, and every message that it set
 * off delivered. What contradicts itself is an error or `pending`.
 * @throws SIGNATURE_INVALID, PAYLOAD_UNDECODABLE; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, TIMEOUT
 */
export async function readStatus(
  client: TonClient,
  config: TonChainConfig,
  clock: Clock,
  signed: SignedTransaction,
  signal?: AbortSignal,
): Promise<SettlementStatus> {
  const { order } = readSigned(signed);
  const head = await readHead(client, signal);
  const state = await readAccount(client, signed.wallet, head.seqno, signal);
  const { seqno } = readWalletState(state);
  const look: Look = { client, config, clock, signed, order, head, state, signal };
  if (seqno > signed.slot) return onceSlotIsUsed(look);
  // An earlier slot of ours is still open; or the wallet was taken down after it had obeyed, which its history tells.
  if (seqno < signed.slot && (await findInHistory(client, state, signed, signal)).kind === 'ours')
    return state.state === 'uninit' ? onceSlotIsUsed(look) : PENDING;
  return whileSlotIsFree(look);
}

function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.schedule(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Errors of the caller's own, which no later look cures. */
const LASTING: ReadonlySet<string> = new Set(['SIGNATURE_INVALID', 'PAYLOAD_UNDECODABLE']);

/**
 * Looks every `pollMs` until the end is known; `pending` once time is up, however far the transaction has come.
 * Endpoints that fail or talk nonsense meanwhile are asked again.
 */
export async function settle(
  client: TonClient,
  config: TonChainConfig,
  clock: Clock,
  signed: SignedTransaction,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<SettlementStatus> {
  const dueMs = clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    try {
      const seen = await readStatus(client, config, clock, signed, options.signal);
      if (seen.status !== 'pending' && seen.status !== 'included') return seen;
    } catch (error) {
      if (!isCastellanError(error) || LASTING.has(error.code)) throw error;
      if (error.code === 'SHUTTING_DOWN') return PENDING;
    }
    const leftMs = dueMs - clock.monotonicMs();
    if (leftMs <= 0 || options.signal?.aborted) return PENDING;
    await pause(clock, Math.min(config.pollMs, leftMs), options.signal);
  }
}
