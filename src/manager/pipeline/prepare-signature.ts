import { canonicalize } from '../../core/canonical.ts';
import type { Codec } from '../../core/chain-adapter.ts';
import { payloadDigest, taggedDigest } from '../../core/digest.ts';
import type { Effect } from '../../core/effect.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { Digest } from '../../core/ids.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { ActionRequest, SignatureAction } from '../../core/request.ts';
import type { SignatureReading } from '../../core/signature-order.ts';
import type { Store } from '../../core/store.ts';
import { type Chains, type WalletFacts, walletFacts } from '../directory.ts';
import type { PreparedSignature } from './prepared.ts';
import type { Resolved } from './resolve.ts';

/** What reading an order needs. */
export interface PrepareSignatureParts {
  readonly store: Store;
  readonly chains: Chains;
  readonly nowMs: () => number;
}

const no = (code: ReasonCode, message: string, facts?: Reason['facts']): { ok: false; reason: Reason } => ({
  ok: false,
  reason: { code, message, retryable: false, ...(facts === undefined ? {} : { facts }) },
});

/** Digest of what an approval of a signature approves: these very bytes, for this request. Never one of a transaction. */
function signatureDigestOf(request: ActionRequest<SignatureAction>, { payloadDigest: digest, standard }: SignatureReading): Digest {
  const { tenant, agentId: agent, wallet, chain, id: requestId, notAfterMs } = request;
  return taggedDigest(
    'castellan.signature.v1',
    canonicalize({ tenant, agent, wallet, chain, requestId, payloadDigest: digest, standard, notAfterMs }),
  );
}

/** Bytes that the codec would take for a transaction, or for an order of one, are none that is signed as anything else. */
function isTransaction(codec: Codec, payload: Uint8Array, { chain, wallet }: ActionRequest<SignatureAction>): boolean {
  if (codec.coSigning?.(payload) !== undefined) return true;
  try {
    codec.adopt(payload, chain, wallet);
    return true;
  } catch (error) {
    if (isCastellanError(error)) return false;
    throw error;
  }
}

/** What neither moves nor changes anything: whoever has it can show it, and no more. */
const isWordsOnly = ({ kind }: Effect): boolean => kind === 'message' || kind === 'inflow';

function unavailable(codec: Codec, { smart, userSigned }: WalletFacts): Reason | undefined {
  const detail =
    codec.readSignature === undefined || codec.assembleSignature === undefined
      ? 'Wallets of this family of chains sign transactions only.'
      : smart !== undefined
        ? 'The wallet is a contract: a signature of its key alone is none of the wallet’s.'
        : userSigned === true
          ? 'The key is the user’s own: ask their wallet for signatures that are no transactions.'
          : undefined;
  return detail === undefined ? undefined : { code: 'signature_unavailable', message: detail, retryable: false };
}

function read(codec: Codec, { chain, wallet, action }: ActionRequest<SignatureAction>): Resolved<SignatureReading> {
  try {
    const reading = codec.readSignature?.(action.order, chain, wallet);
    if (reading === undefined) return no('signature_unavailable', 'Wallets of this family of chains sign transactions only.');
    return { ok: true, value: { ...reading, payload: new Uint8Array(reading.payload) } };
  } catch (error) {
    // Whatever an order brings a reader to, what cannot be read is not signed.
    if (!isCastellanError(error)) return no('payload_undecodable', 'The order cannot be read.', { error: 'INTERNAL' });
    const { reason } = error.details;
    const facts = { error: error.code, ...(typeof reason === 'string' ? { reason } : {}) };
    if (reason === 'chain_id_mismatch') return no('chain_id_mismatch', error.shortMessage, facts);
    if (error.code === 'PAYLOAD_UNDECODABLE') return no('payload_undecodable', error.shortMessage, facts);
    return no('request_malformed', error.shortMessage, facts);
  }
}

/** Reads an order into exact bytes and what others may do with a signature over them. Asks no chain: the order says it all. */
export async function prepareSignature(
  parts: PrepareSignatureParts,
  request: ActionRequest<SignatureAction>,
): Promise<Resolved<PreparedSignature>> {
  const { chain, wallet } = request;
  const adapter = parts.chains.adapter(chain);
  const { codec } = adapter;
  const closed = unavailable(codec, await walletFacts(parts.store, wallet));
  if (closed !== undefined) return { ok: false, reason: closed };
  const found = read(codec, request);
  if (!found.ok) return found;
  const reading = found.value;
  const { payload, effects, complete, standard, summary, expiresAtMs, mark } = reading;
  if (reading.payloadDigest !== payloadDigest(payload))
    return no('payload_undecodable', 'The reading of the order is of other bytes than it gives.');
  if (isTransaction(codec, payload, request))
    return no('payload_undecodable', 'The bytes are a transaction: it is not signed as anything else.', {
      reason: 'signature_in_disguise',
    });
  if (expiresAtMs !== null && expiresAtMs <= parts.nowMs())
    return no('request_malformed', 'What the order asks for is void already.', { expiresAtMs });
  const { asset } = codec.nativeAsset(chain);
  return {
    ok: true,
    value: {
      kind: 'signature',
      request,
      adapter,
      node: adapter.node(chain),
      reading,
      terms: { chain, wallet, fee: { asset, ceiling: 0n, params: {} } },
      kept: { standard, summary, expiresAtMs, mark, binds: effects.length === 0 || !complete || !effects.every(isWordsOnly) },
      decoded: { effects, calls: [], complete },
      actionDigest: signatureDigestOf(request, reading),
      feeBound: 0n,
    },
  };
}
