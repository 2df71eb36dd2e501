import type { Reason } from '../../core/reason.ts';
import type { ActionRequest } from '../../core/request.ts';
import type { RequestRow } from '../../core/store.ts';
import type { Action, FeeQuote, UnsignedTransaction } from '../../core/transaction.ts';
import { type WalletFacts, walletFacts } from '../directory.ts';
import { actionDigestOf, type PrepareParts } from './prepare.ts';
import type { PreparedTx } from './prepared.ts';
import type { Resolved } from './resolve.ts';
import { isOut, type Rivals } from './rivals.ts';

/** What is to be put in the place of a request's transaction: the same at a higher fee, or nothing. */
export interface Replacing {
  readonly first: RequestRow;
  readonly by: 'same' | 'nothing';
}

/** Bytes of somebody else's making for a place that one of ours has. */
export interface ReplacingBytes {
  readonly first: RequestRow;
  readonly exact: Uint8Array;
}

type Code =
  | 'fee_exceeds_ceiling'
  | 'payload_undecodable'
  | 'chain_unavailable'
  | 'reservation_not_held'
  | 'slot_taken'
  | 'replacement_underpriced';

/** Why a transaction is not replaced. */
export const cannot = (
  code: Code,
  message: string,
  retryable: boolean,
  facts?: Reason['facts'],
): { readonly ok: false; readonly reason: Reason } => ({
  ok: false,
  reason: { code, message, retryable, ...(facts === undefined ? {} : { facts }) },
});

/** An action without any effect: nothing, sent to oneself. */
export const nothingOf = ({ wallet }: Pick<ActionRequest, 'wallet'>): Action => ({
  kind: 'calls',
  calls: [{ to: wallet, value: 0n, data: new Uint8Array() }],
});

/** What building a replacement goes by. */
export interface Place {
  readonly parts: PrepareParts;
  readonly request: ActionRequest<Action>;
  readonly rivals: Rivals;
  /** The most that fees may reach, where somebody has said so. */
  readonly ceiling: bigint | undefined;
  readonly known: WalletFacts;
  readonly original: UnsignedTransaction;
  /** Every transaction of ours in the place that the network may have. */
  readonly out: readonly UnsignedTransaction[];
}

/** Reads what stands in the place. @throws PAYLOAD_UNDECODABLE */
export async function placeAt(
  parts: PrepareParts,
  request: ActionRequest<Action>,
  rivals: Rivals,
  ceiling: bigint | undefined,
): Promise<Place> {
  const { codec } = parts.chains.adapter(request.chain);
  const known = await walletFacts(parts.store, request.wallet);
  const read = ({ payload }: RequestRow): UnsignedTransaction =>
    codec.adopt(new Uint8Array(Buffer.from(payload ?? '', 'base64')), request.chain, request.wallet, known.publicKey, known.smart);
  const original = read(rivals.first);
  return { parts, request, rivals, ceiling, known, original, out: [original, ...rivals.replacements.filter(isOut).map(read)] };
}

/** The transaction that is to take the place, decoded from its own bytes. */
export function prepared(
  { parts, request, rivals }: Place,
  tx: UnsignedTransaction,
  by: Replacing['by'],
  feeBound: bigint,
): Resolved<PreparedTx> {
  const adapter = parts.chains.adapter(request.chain);
  const node = adapter.node(request.chain);
  const decoded = adapter.codec.decode(tx);
  const actionDigest = actionDigestOf(request, decoded, feeBound);
  const value = { kind: 'transaction', request, adapter, node, tx, decoded, actionDigest, feeBound, slotBase: tx.slot } as const;
  return { ok: true, value: { ...value, rivals: { ...rivals, by } } };
}

/** Nothing sent to oneself in the place of the original. */
export function nothingAt({ parts, request, known, original }: Place, fee: FeeQuote): UnsignedTransaction {
  const { chain, wallet } = request;
  const context = { chain, wallet, slot: original.slot, fee, validUntilMs: null, ...known };
  return parts.chains.adapter(chain).codec.build(nothingOf(request), context);
}
