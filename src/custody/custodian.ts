import {
  type AgentId,
  applyStep,
  CastellanError,
  type Clock,
  type Custodian,
  constantTimeEqual,
  type Digest,
  fromHex,
  type HaltState,
  haltFor,
  isCastellanError,
  NO_HALT,
  type PayloadSignature,
  parsePermitId,
  payloadDigest,
  type Random,
  type ReasonCode,
  type RequestId,
  type RequestRow,
  type SigningHashes,
  type Store,
  storeKey,
  toHex,
} from '../core/index.ts';
import { keyAccess } from './keys/key-access.ts';
import type { KeyManager } from './keys/key-manager.ts';
import { type KeyRecord, readKeyRecord } from './keys/key-record.ts';
import { type CoSignings, prepareCoSigning } from './models/co-signing.ts';
import { prepareUserSigning } from './models/user-signers.ts';
import { isOwnRedemption, redeemerName } from './redeemer.ts';
import { SIGNERS } from './signers/signer.ts';

/** A signature that custody refused, for the log. */
export interface RefusedSignature {
  readonly reason: ReasonCode;
  readonly agent: AgentId | null;
  readonly requestId: RequestId | null;
  /** Null where the caller handed none in. */
  readonly payloadDigest: Digest | null;
}

/** What a custodian stands on. `hashes` come from the chains' codecs and are never a caller's. */
export interface CustodianOptions {
  readonly store: Store;
  /** The host's time: what lateness opens waits for the later of two clocks to get there. Without it the store's alone counts. */
  readonly clock?: Pick<Clock, 'nowMs'> | undefined;
  readonly keys: KeyManager;
  readonly hashes: SigningHashes;
  /** What parties sign first, where each has a key of its own. Without it no such key signs. */
  readonly coSigning?: CoSignings | undefined;
  readonly random: Random;
  /** Names this process in the rows that it redeems. */
  readonly redeemerId: string;
  /** Called for each refusal; what it throws is ignored. */
  readonly onRefused?: ((refused: RefusedSignature) => void) | undefined;
}

/** A key and the hash that it signs, with nothing secret opened yet. */
interface Prepared {
  readonly record: KeyRecord;
  /** Asked before the permit is spent; rejects where the answer is no, or none. */
  readonly consent?: () => Promise<void>;
  /** The signature; with the key or the payload where they are only known once there is one. */
  readonly sign: () => Promise<Pick<PayloadSignature, 'signature'> & Partial<Pick<PayloadSignature, 'publicKey' | 'payload'>>>;
}

/** Who signs, where each party has a key of its own. */
export interface SignOptions {
  /** Names of parties, at least as many as needed. Default: the first that can. */
  readonly parties?: readonly string[] | undefined;
}

/** How a signature is completed after a crash. */
export interface ResumeOptions extends SignOptions {
  /** Default true. */
  readonly asksUsers?: boolean;
}

/** The custodian of keys in this process, with what recovery needs. */
export interface SoftwareCustodian extends Custodian {
  /**
   * See the port. Where each party of the key has a key of its own, `parties` names those that sign.
   * @throws PERMIT_REFUSED, KEY_UNKNOWN, KEY_REVOKED, KEY_DECRYPT_FAILED; KEY_INVALID for parties that are not the key's
   */
  sign(permitId: string, payload: Uint8Array, options?: SignOptions): Promise<PayloadSignature>;
  /**
   * Signs once more what was redeemed and lost in a crash. The row is read again by its agent and request id, and nothing
   * of the caller's is signed: the bytes are the ones whose redemption custody itself recorded. Where one key signs alone,
   * signing is deterministic and the signature is the lost one, bit by bit; parties make another one over the same bytes.
   *
   * A key that is the user's is asked for again, unless `asksUsers` is false: background work disturbs nobody.
   *
   * Fails closed when the request is not redeemed or has sealed bytes already, its redemption does not carry custody's own
   * mark, the stored payload has another digest, the kill switch or a pause is active, or the key is revoked.
   * @throws PERMIT_REFUSED, KEY_UNKNOWN, KEY_REVOKED, KEY_DECRYPT_FAILED
   */
  resume(row: Pick<RequestRow, 'agent' | 'requestId'>, options?: ResumeOptions): Promise<PayloadSignature>;
  /**
   * Signs a message with a key that the caller names, where a permit was issued for that very message and that very key.
   * The request then counts as signed like any other: what is handed out may be broadcast by whoever has it.
   *
   * Fails closed when there is no permit, or when it is another message's, another key's, used or expired. A permit of another
   * message or key is not spent.
   * @throws PERMIT_REFUSED, KEY_UNKNOWN, KEY_REVOKED, KEY_DECRYPT_FAILED
   */
  requestSigning(keyId: string, message: Uint8Array, options?: { readonly permit?: string | undefined }): Promise<PayloadSignature>;
}

/**
 * The only way to a private key: redeem the permit for exactly these bytes, then sign them.
 *
 * The payload is copied before anything else, so changing the buffer later changes nothing. Each call redeems under a
 * name of its own: a permit that was redeemed once is refused to everybody, the first caller included. After a crash the
 * request counts as signed.
 *
 * Fails closed when the store cannot be reached or answers anything but a plain "ok".
 */
export function createCustodian({
  store,
  clock,
  keys,
  hashes,
  coSigning,
  random,
  redeemerId,
  onRefused,
}: CustodianOptions): SoftwareCustodian {
  const access = keyAccess(keys);
  const processId = redeemerId.replaceAll('/', '_').slice(0, 128);

  /** Everything that can fail without a permit being lost: the key's record, its shares if it has any, and the hash to sign. */
  async function prepare(row: RequestRow, keyId: string, payload: Uint8Array, { parties }: SignOptions): Promise<Prepared> {
    access.checkOpen();
    const { record } = await readKeyRecord(store, keyId);
    if (record.state !== 'active') throw refusal('key_revoked');
    const { algorithm } = record;
    const toHash = hashes[algorithm];
    if (toHash === undefined) {
      throw new CastellanError('MODE_UNAVAILABLE', { message: 'No chain of this manager signs with such a key.', details: { algorithm } });
    }
    const together = await prepareCoSigning({ access, record, order: coSigning?.[algorithm]?.(payload), toHash, parties });
    if (together !== undefined) return { record, sign: together };
    const hash = Uint8Array.from(toHash(payload));
    if (hash.length !== 32) throw new CastellanError('KEY_INVALID', { message: 'What a chain signs is a hash of 32 bytes.' });
    if (record.mode === 'user') return { record, ...(await prepareUserSigning(keys, { record, row, payload, hash })) };
    if (record.mode === 'mpc') {
      const shares = await access.shares.load(record);
      return { record, sign: async () => ({ signature: await access.shares.sign(shares, hash) }) };
    }
    return { record, sign: async () => ({ signature: access.useKey(record, (secret) => SIGNERS[algorithm].sign(hash, secret)) }) };
  }

  async function signWith({ record, sign }: Prepared): Promise<PayloadSignature> {
    const signed = await sign();
    return { keyId: record.keyId, algorithm: record.algorithm, publicKey: fromHex(record.publicKey), ...signed };
  }

  async function readRow(agent: AgentId, requestId: RequestId): Promise<RequestRow | undefined> {
    const [row] = await store.get([storeKey.request(agent, requestId)]);
    return row as unknown as RequestRow | undefined;
  }

  async function redeemAndSign(
    id: string,
    payload: Uint8Array,
    digest: Digest,
    { named, ...options }: SignOptions & { readonly named?: string | undefined },
  ): Promise<PayloadSignature> {
    const parsed = parsePermitId(id);
    if (parsed === undefined) throw refusal('permit_unknown');
    const row = await readRow(parsed.agent, parsed.requestId);
    const terms = row?.permit;
    if (terms === undefined || terms === null || !constantTimeEqual(terms.secret, parsed.secret)) throw refusal('permit_unknown');
    // The store checks this again; here a wrong payload costs no commit.
    if (terms.payloadDigest !== digest) throw refusal('permit_payload_mismatch');
    if (named !== undefined && named !== terms.keyId) throw refusal('permit_key_mismatch');
    const prepared = await prepare(row as RequestRow, terms.keyId, payload, options);
    await prepared.consent?.();
    const { keyId } = prepared.record;
    const signing = { agent: parsed.agent, requestId: parsed.requestId, secret: parsed.secret, payloadDigest: digest, keyId };
    const redeemer = redeemerName(access.mac, processId, toHex(random.bytes(16)), signing);
    const result = await applyStep(store, {
      commands: [{ kind: 'permit.redeem', permitId: id, payloadDigest: digest, keyId, redeemer }],
    });
    if (!result.ok) throw refusal(result.reason.code);
    return signWith(prepared);
  }

  async function signAgain(
    agent: AgentId,
    requestId: RequestId,
    { asksUsers = true, ...options }: ResumeOptions,
  ): Promise<PayloadSignature> {
    const [found, stopped] = await store.get([storeKey.request(agent, requestId), storeKey.halt()]);
    const row = found as unknown as RequestRow | undefined;
    if (row === undefined || row.permit === null || row.payload === null) throw refusal('permit_unknown');
    if (row.state !== 'redeemed' || row.sealed !== null) throw refusal('permit_used');
    if (!isOwnRedemption(access.mac, row)) throw refusal('permit_void');
    const payload = new Uint8Array(Buffer.from(row.payload, 'base64'));
    if (payloadDigest(payload) !== row.permit.payloadDigest) throw refusal('permit_payload_mismatch');
    const stop = haltFor((stopped ?? NO_HALT) as unknown as HaltState, agent, Math.min(clock?.nowMs() ?? Infinity, await store.now()));
    if (stop !== undefined) throw refusal(stop.kind === 'kill' ? 'halted' : 'agent_paused');
    if (!asksUsers && (await readKeyRecord(store, row.permit.keyId)).record.mode === 'user') throw refusal('signature_pending');
    return signWith(await prepare(row, row.permit.keyId, payload, options));
  }

  /** A store that cannot answer is a refusal, and every refusal is told. */
  async function guarded<T>(
    where: { readonly agent: AgentId | null; readonly requestId: RequestId | null; readonly digest: Digest | null },
    run: () => Promise<T>,
  ): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const refused = isCastellanError(error) && !STORE_FAILURES.has(error.code) ? error : refusal('store_unavailable', error);
      const reason = refused.details['reason'];
      if (typeof reason === 'string') {
        try {
          onRefused?.({ reason: reason as ReasonCode, agent: where.agent, requestId: where.requestId, payloadDigest: where.digest });
        } catch {
          // The listener's own affair: the refusal stands.
        }
      }
      throw refused;
    }
  }

  async function signCopy(id: string, payload: Uint8Array, options: SignOptions & { readonly named?: string }): Promise<PayloadSignature> {
    if (!(payload instanceof Uint8Array)) throw refusal('permit_payload_mismatch');
    const bytes = new Uint8Array(payload);
    const digest = payloadDigest(bytes);
    const parsed = parsePermitId(id);
    return guarded({ agent: parsed?.agent ?? null, requestId: parsed?.requestId ?? null, digest }, () =>
      redeemAndSign(id, bytes, digest, options),
    );
  }

  return Object.freeze({
    sign: (id: string, payload: Uint8Array, { parties }: SignOptions = {}) => signCopy(id, payload, { parties }),
    requestSigning: async (keyId: string, message: Uint8Array, options: { readonly permit?: string | undefined } = {}) => {
      const id = (options as { readonly permit?: unknown } | null)?.permit;
      return signCopy(typeof id === 'string' ? id : '', message, { named: typeof keyId === 'string' ? keyId : '' });
    },
    resume: ({ agent, requestId }: Pick<RequestRow, 'agent' | 'requestId'>, options: ResumeOptions = {}) =>
      guarded({ agent, requestId, digest: null }, () => signAgain(agent, requestId, options)),
  });
}

/** Codes that mean "the store did not answer". */
const STORE_FAILURES = new Set(['STORE_UNAVAILABLE', 'STORE_CLOSED', 'STORE_CORRUPT', 'STORE_SCHEMA_NEWER', 'TIMEOUT']);

function refusal(reason: ReasonCode, cause?: unknown): CastellanError {
  return new CastellanError(reason === 'key_revoked' ? 'KEY_REVOKED' : 'PERMIT_REFUSED', {
    message: 'Custody refused to sign.',
    details: { reason },
    retryable: reason === 'store_unavailable',
    ...(cause === undefined ? {} : { cause }),
  });
}
