import type { Cell } from '@ton/core';
import { collectibleAsset } from '../../core/asset.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { CellReader } from './cell-reader.ts';
import type { TonClient } from './client.ts';
import { readBody } from './decode/index.ts';
import { holdingOf } from './jetton-wallet.ts';
import type { Hop, Trace } from './trace.ts';

/** Tells a token account what its sibling sent it. */
const OP_INTERNAL_TRANSFER = 0x178d4519;
/** Tells an owner what he got. */
const OP_NOTICE = 0x7362d09c;

/** Which accounts of a trace keep which token for the wallet, by the word of the minters; null for those that keep none. */
export interface Holdings {
  readonly chain: ChainId;
  readonly tokens: ReadonlyMap<AccountId, AssetId | null>;
}

/** Tokens that moved into or out of the wallet's own account of them, or an item that it gave away. */
export interface TokenMove {
  readonly owner: AccountId;
  readonly from: AccountId | null;
  readonly to: AccountId | null;
  readonly asset: AssetId;
  readonly amount: bigint;
}

interface Amount {
  readonly amount: bigint;
  readonly sender: AccountId | null;
}

/** `op:32 query_id:64 amount:Coins sender:MsgAddress …`; null for anything else. */
function readAmount(hop: Hop, op: number, chain: ChainId): Amount | null {
  const body: Cell | undefined = hop.transaction.inMessage?.message.body;
  if (body === undefined || body.isExotic || body.bits.length < 32) return null;
  try {
    const reader = new CellReader(body);
    if (reader.uint(32) !== op) return null;
    reader.bytes(8);
    return { amount: reader.coins(), sender: reader.account(chain) };
  } catch (error) {
    if (isCastellanError(error)) return null;
    throw error;
  }
}

/** Coins that reached the recipient of a token transfer along with the notice; a single nanoton is a mere notice. */
export function noticeValue(trace: Trace, order: number, destination: AccountId, chain: ChainId): bigint {
  const notice = trace.hops.find(
    (hop) =>
      hop.transaction.account === destination &&
      trace.hops[hop.parent]?.parent === order &&
      hop.message?.bounced === false &&
      readAmount(hop, OP_NOTICE, chain) !== null,
  );
  const value = notice?.message?.value.coins ?? 0n;
  return value > 1n ? value : 0n;
}

/** Token orders of the wallet that its token accounts and their siblings carried out. */
function sent(trace: Trace, wallet: AccountId, { chain, tokens }: Holdings): readonly TokenMove[] {
  return trace.hops.flatMap((hop, position): readonly TokenMove[] => {
    const { account } = hop.transaction;
    const asset = tokens.get(account) ?? null;
    const content = hop.transaction.inMessage?.message.body;
    if (hop.depth !== 1 || content === undefined || !hop.transaction.committed) return [];
    const body = readBody(content, chain);
    if (body.kind === 'nft_transfer' || body.kind === 'nft_end') {
      // Whether the item obeyed is not asked: what was carried out counts as gone.
      const to = body.kind === 'nft_transfer' ? body.newOwner : null;
      return [{ owner: wallet, from: wallet, to, asset: collectibleAsset(chain, 'nft', account), amount: 1n }];
    }
    if (asset === null) return [];
    if (body.kind === 'jetton_burn') return [{ owner: wallet, from: wallet, to: null, asset, amount: body.amount }];
    if (body.kind !== 'jetton_transfer') return [];
    const onward = trace.hops.filter((next) => next.parent === position && readAmount(next, OP_INTERNAL_TRANSFER, chain) !== null);
    const arrived = onward.filter(({ transaction }) => transaction.committed);
    // It came back: the account was told so, and gave it back to its owner.
    if (onward.length > 0 && arrived.length === 0) return [];
    // An account that sends nothing on, or less than it was told to, has taken the whole amount off all the same.
    const told = arrived.reduce((sum, next) => sum + (readAmount(next, OP_INTERNAL_TRANSFER, chain)?.amount ?? 0n), 0n);
    const to = arrived.length > 0 ? body.destination : null;
    return [{ owner: wallet, from: wallet, to, asset, amount: told > body.amount ? told : body.amount }];
  });
}

/** Tokens that the wallet was told of by a token account of its own. */
function received(trace: Trace, wallet: AccountId, { chain, tokens }: Holdings): readonly TokenMove[] {
  return trace.hops.flatMap((hop): readonly TokenMove[] => {
    if (hop.parent < 1 || hop.transaction.account !== wallet) return [];
    const asset = tokens.get((trace.hops[hop.parent] as Hop).transaction.account) ?? null;
    const notice = asset === null || hop.message?.bounced === true ? null : readAmount(hop, OP_NOTICE, chain);
    return asset === null || notice === null ? [] : [{ owner: wallet, from: notice.sender, to: wallet, asset, amount: notice.amount }];
  });
}

/** What moved into and out of the wallet's token accounts, as far as the trace shows that it went through. */
export function tokenMoves(trace: Trace, wallet: AccountId, holdings: Holdings): readonly TokenMove[] {
  const own = sent(trace, wallet, holdings);
  const told = received(trace, wallet, holdings).filter(({ from }) => from !== wallet);
  return [...own, ...told];
}

/**
 * Asks the minters about the accounts that the wallet's messages went to and those that sent the wallet notices.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function readHoldings(
  client: TonClient,
  trace: Trace,
  wallet: AccountId,
  seqno: number,
  signal?: AbortSignal,
): Promise<Holdings> {
  const { chain } = client;
  const asked = new Set<AccountId>();
  for (const hop of trace.hops) {
    const content = hop.transaction.inMessage?.message.body;
    if (hop.depth === 1 && content !== undefined && readBody(content, chain).kind.startsWith('jetton_')) asked.add(hop.transaction.account);
    if (hop.parent > 0 && hop.transaction.account === wallet && readAmount(hop, OP_NOTICE, chain) !== null)
      asked.add((trace.hops[hop.parent] as Hop).transaction.account);
  }
  const tokens = new Map<AccountId, AssetId | null>();
  for (const account of asked) tokens.set(account, await holdingOf(client, account, wallet, seqno, signal));
  return { chain, tokens };
}
