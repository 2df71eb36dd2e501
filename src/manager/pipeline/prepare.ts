import { canonicalize } from '../../core/canonical.ts';
import type { Codec } from '../../core/chain-adapter.ts';
import { chainTroubleOf } from '../../core/chain-trouble.ts';
import { taggedDigest, toHex } from '../../core/digest.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { Digest } from '../../core/ids.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { ActionRequest } from '../../core/request.ts';
import { nextSlot, type SlotRow } from '../../core/slot.ts';
import { type Store, storeKey } from '../../core/store.ts';
import type { Action, DecodedTransaction, Slot, UnsignedTransaction } from '../../core/transaction.ts';
import { type Chains, walletFacts } from '../directory.ts';
import type { PreparedTx } from './prepared.ts';
import type { Resolved } from './resolve.ts';

/** What preparing needs. */
export interface PrepareParts {
  readonly store: Store;
  readonly chains: Chains;
  readonly nowMs: () => number;
  /** Called where the chain stands ahead of our own slots: a restored store, or a way around the gate. */
  readonly onBypass: (request: ActionRequest, chainNext: Slot, ours: Slot) => Promise<void>;
}

/** What the caller fixed already. */
export interface PrepareOptions {
  /** Bytes to be signed exactly as they are (guarded signers). */
  readonly exact?: Uint8Array;
  /** Fee bound of an earlier run of the same request, so that its approval still fits. */
  readonly feeBound?: bigint;
  readonly signal?: AbortSignal;
  /** Changes nothing, whatever is found. */
  readonly dryRun?: boolean;
}

const no = (code: ReasonCode, message: string, retryable: boolean, facts?: Reason['facts']): { ok: false; reason: Reason } => ({
  ok: false,
  reason: { code, message, retryable, ...(facts === undefined ? {} : { facts }) },
});

/** Digest of what an approval approves: not the slot, and the fee only up to its bound. */
export function actionDigestOf(request: ActionRequest, decoded: DecodedTransaction, feeBound: bigint): Digest {
  const powers = decoded.effects.filter(({ kind }) => kind === 'control' || kind === 'deploy');
  return taggedDigest(
    'castellan.action.v1',
    canonicalize({
      tenant: request.tenant,
      agent: request.agentId,
      wallet: request.wallet,
      chain: request.chain,
      requestId: request.id,
      calls: decoded.calls.map(({ to, value, data, terms }) => ({
        to,
        value,
        data: toHex(data),
        ...(terms === undefined ? {} : { terms }),
      })),
      // What the bytes do beside their calls: an approval of the calls alone must not fit.
      ...(powers.length === 0 ? {} : { powers }),
      feeBound,
      notAfterMs: request.notAfterMs,
    }),
  );
}

/** The highest position the chain can rightly stand at: one past our last redeemed slot, or where we began. */
export function firstOpenSlot(row: SlotRow): Slot {
  if (row.highestUsed !== null) return row.highestUsed + 1;
  return Math.min(row.next, ...row.free, ...row.held.map((held) => held.slot));
}

/** Until when bytes that are built now may be valid: in the chain's time, never later than the request allows. */
function validUntil({ validForMs }: Codec, { notAfterMs }: ActionRequest, nowMs: number, chainTimeMs: number | null): number | null {
  if (validForMs === null) return notAfterMs;
  const until = Math.max(nowMs, chainTimeMs ?? nowMs) + validForMs;
  return notAfterMs === null ? until : Math.min(until, notAfterMs);
}

/** Foreign bytes are signed only where a signature over them is void soon: an hour is the most. */
const MOST_VALID_MS = 3_600_000;

function isTooLasting({ validUntilMs }: UnsignedTransaction, nowMs: number, chainTimeMs: number | null): boolean {
  return validUntilMs !== null && validUntilMs > Math.max(nowMs, chainTimeMs ?? nowMs) + MOST_VALID_MS;
}

/** Asks the chain for sequence and fee, builds the exact bytes and decodes them again from nothing but themselves. */
export async function prepare(
  parts: PrepareParts,
  request: ActionRequest<Action>,
  options: PrepareOptions = {},
): Promise<Resolved<PreparedTx>> {
  const adapter = parts.chains.adapter(request.chain);
  const node = adapter.node(request.chain);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  try {
    const { codec } = adapter;
    const known = await walletFacts(parts.store, request.wallet);
    const { publicKey, smart } = known;
    const own = options.exact === undefined ? undefined : codec.adopt(options.exact, request.chain, request.wallet, publicKey, smart);
    const action: Action =
      own !== undefined
        ? { kind: 'calls', calls: codec.decode(own).calls }
        : request.action.kind === 'transaction'
          ? codec.parse(request.action.bytes, request.chain, request.wallet)
          : request.action;
    await node.verifyChain(options.signal);
    const facts = node.survey === undefined ? {} : { facts: await node.survey(action, request.wallet, options.signal, smart) };
    const adopted = own === undefined ? undefined : { ...own, ...facts };
    const ceiling = request.feeCeiling ?? options.feeBound;
    const [sequence, fee] = await Promise.all([
      node.sequence(smart?.sender ?? request.wallet, options.signal),
      adopted === undefined
        ? node.quote(action, request.wallet, {
            ...signal,
            ...facts,
            ...(smart === undefined ? {} : { smart }),
            ...(ceiling === undefined ? {} : { ceiling }),
          })
        : adopted.fee,
    ]);
    // After the chain was asked: whatever of ours it had included by then stands in our own record as redeemed.
    const [row] = await parts.store.get([storeKey.slots(request.wallet)]);
    const slots = row as unknown as SlotRow | undefined;
    const slot = nextSlot(slots, sequence.next, parts.nowMs());
    const ours = slots === undefined ? sequence.next : Math.min(slot, firstOpenSlot(slots));
    if (sequence.next > ours) {
      if (options.dryRun !== true) await parts.onBypass(request, sequence.next, ours);
      return no('halted', 'The chain is ahead of this wallet’s slots: a key was used past the gate, or the store was restored.', false);
    }
    if (adopted !== undefined && adopted.slot !== slot) {
      return no('slot_taken', 'The transaction names another position in the wallet’s sequence than the next free one.', true, {
        given: adopted.slot,
        next: slot,
      });
    }
    const feeBound = ceiling ?? fee.ceiling * 2n;
    if (fee.ceiling > feeBound) return no('fee_exceeds_ceiling', 'The fee this transaction may cost is above its ceiling.', true);
    const validUntilMs = validUntil(codec, request, parts.nowMs(), sequence.chainTimeMs);
    const context = { chain: request.chain, wallet: request.wallet, slot, fee, validUntilMs, ...known, ...facts };
    const tx = adopted ?? codec.build(action, context);
    if (adopted !== undefined && isTooLasting(adopted, parts.nowMs(), sequence.chainTimeMs))
      return no('request_malformed', 'The bytes stay valid for too long: no stop would ever end a signature over them.', false);
    if (tx.validUntilMs !== null && request.notAfterMs !== null && tx.validUntilMs > request.notAfterMs)
      return no('request_malformed', 'The bytes stay valid for longer than the request allows.', false);
    const decoded = codec.decode(tx);
    return {
      ok: true,
      value: {
        kind: 'transaction',
        request,
        adapter,
        node,
        tx,
        decoded,
        actionDigest: actionDigestOf(request, decoded, feeBound),
        feeBound,
        slotBase: sequence.next,
      },
    };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const facts = { error: error.code };
    if (error.details['reason'] === 'chain_id_mismatch') return no('chain_id_mismatch', error.shortMessage, false, facts);
    if (error.details['reason'] === 'fee_exceeds_ceiling') return no('fee_exceeds_ceiling', error.shortMessage, true, facts);
    if (error.code === 'REQUEST_INVALID' || error.code === 'ASSET_INVALID')
      return no('request_malformed', error.shortMessage, false, facts);
    if (error.code === 'PAYLOAD_UNDECODABLE') return no('payload_undecodable', error.shortMessage, false, facts);
    if (error.code === 'STORE_UNAVAILABLE') return no('store_unavailable', error.shortMessage, true, facts);
    return no(chainTroubleOf(error) ?? 'chain_unavailable', error.shortMessage, error.retryable, facts);
  }
}
