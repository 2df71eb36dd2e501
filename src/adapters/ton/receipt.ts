import { nativeAssetId } from '../../core/asset.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import type { Receipt, SignedTransaction } from '../../core/transaction.ts';
import type { Block } from './block.ts';
import type { Body } from './decode/index.ts';
import { readBody } from './decode/index.ts';
import { cameBackAtOnce, outcomeOf } from './outcome.ts';
import type { Holdings, TokenMove } from './token-moves.ts';
import { noticeValue, tokenMoves } from './token-moves.ts';
import type { Hop, Trace } from './trace.ts';
import type { WalletMessage } from './wallet-message.ts';

const AT = { leaf: '0', source: 'chain' } as const;

/** What a transaction took from its account, nanoton; negative where it brought something. */
function lossOf({ transaction, message }: Hop): bigint {
  let loss = transaction.fees - (message?.value.coins ?? 0n);
  for (const { message: out } of transaction.outMessages) {
    if (out.info.type === 'internal') loss += out.info.value.coins + out.info.forwardFee + out.info.ihrFee;
  }
  return loss;
}

/** Position of the wallet's message that a hop goes back to: a hop of depth 1. */
function originOf(trace: Trace, position: number): number {
  let at = position;
  for (let hop = trace.hops[at] as Hop; hop.depth > 1; hop = trace.hops[at] as Hop) at = hop.parent;
  return at;
}

/** Coins that came back to the wallet, by the message that they go back to. */
function returnedTo(trace: Trace, wallet: AccountId): ReadonlyMap<number, bigint> {
  const returned = new Map<number, bigint>();
  for (const [position, { transaction, message, depth }] of trace.hops.entries()) {
    if (depth < 1 || transaction.account !== wallet) continue;
    const origin = originOf(trace, position);
    returned.set(origin, (returned.get(origin) ?? 0n) + (message?.value.coins ?? 0n));
  }
  return returned;
}

/** Whether the body orders the wallet's own token account to move tokens. */
function isTokenOrder(body: Body): body is Extract<Body, { kind: 'jetton_transfer' | 'jetton_burn' }> {
  return body.kind === 'jetton_transfer' || body.kind === 'jetton_burn';
}

/** Who got coins with one message of the wallet, net of what came back: positive amounts left, negative ones came. */
function principalOf(
  trace: Trace,
  position: number,
  returned: bigint,
  wallet: AccountId,
  holdings: Holdings,
): readonly (readonly [AccountId, bigint])[] {
  const { transaction, message } = trace.hops[position] as Hop;
  // What bounced at once cost fees and nothing else.
  if (message === null || cameBackAtOnce(trace, position, wallet)) return [];
  const net = message.value.coins - returned;
  const content = transaction.inMessage?.message.body;
  const body = content === undefined ? null : readBody(content, holdings.chain);
  if (net < 0n || body === null || !isTokenOrder(body) || (holdings.tokens.get(transaction.account) ?? null) === null)
    return [[transaction.account, net]];
  const notice = body.kind === 'jetton_transfer' ? noticeValue(trace, position, body.destination, holdings.chain) : 0n;
  const passedOn: readonly (readonly [AccountId, bigint])[] = body.kind === 'jetton_transfer' ? [[body.destination, notice]] : [];
  if (body.response === wallet) return passedOn;
  // The rest of the attached coins goes to somebody else: then it is no fee.
  return [...passedOn, [body.response ?? transaction.account, net > notice ? net - notice : 0n]];
}

function toEffects({ owner, from, to, asset, amount }: TokenMove): readonly Effect[] {
  const effects: Effect[] = [];
  if (amount === 0n) return effects;
  if (from === owner) effects.push({ kind: 'outflow', account: owner, counterparty: to, asset, amount, ...AT });
  if (to === owner) effects.push({ kind: 'inflow', account: owner, counterparty: from, asset, amount, ...AT });
  return effects;
}

type Flow = readonly [counterparty: AccountId | null, amount: bigint];

function nativeEffects(wallet: AccountId, asset: AssetId, flows: readonly Flow[]): readonly Effect[] {
  return flows.flatMap(([counterparty, amount]): readonly Effect[] => {
    if (amount === 0n) return [];
    const kind = amount > 0n ? 'outflow' : 'inflow';
    return [{ kind, account: wallet, counterparty, asset, amount: amount > 0n ? amount : -amount, ...AT }];
  });
}

/**
 * The receipt of a trace that is over by `block`. `effects` are of source `chain`: what the wallet paid in fees, the coins that
 * left with each message and did not come back, and the tokens whose transfer went through.
 *
 * `feePaid` plus outflows minus inflows of coins is what the wallet lost in the whole trace.
 */
export function toReceipt(signed: SignedTransaction, order: WalletMessage, trace: Trace, block: Block, holdings: Holdings): Receipt {
  const { chain, wallet, hash } = signed;
  const native = nativeAssetId(chain);
  const returned = returnedTo(trace, wallet);
  const flows = trace.hops.flatMap(({ depth }, position) =>
    depth === 1 ? principalOf(trace, position, returned.get(position) ?? 0n, wallet, holdings) : [],
  );
  let feePaid = 0n;
  for (const hop of trace.hops) if (hop.transaction.account === wallet) feePaid += lossOf(hop);
  for (const [, amount] of flows) feePaid -= amount;
  // A token order that brought more than it took: from whom, the trace does not say.
  const gained: readonly Flow[] = feePaid < 0n ? [[null, feePaid]] : [];
  const { success, partial } = outcomeOf(trace, order, wallet);
  const paid = feePaid < 0n ? 0n : feePaid;
  return {
    txHash: hash,
    success,
    ...(partial ? { partial } : {}),
    confirmedAtBlock: String(block.seqno),
    confirmedAtMs: block.timestampMs,
    blockHash: block.hash,
    gasUsed: trace.hops.reduce((sum, { transaction }) => sum + transaction.gasUsed, 0n).toString(),
    feePaid: paid,
    effects: [
      { kind: 'fee', account: wallet, asset: native, max: paid, ...AT },
      ...nativeEffects(wallet, native, [...flows, ...gained]),
      ...tokenMoves(trace, wallet, holdings).flatMap(toEffects),
    ],
  };
}
