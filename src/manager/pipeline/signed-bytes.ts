import { accountChain } from '../../core/account.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { permitId } from '../../core/permit.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { Custodian } from '../../core/signer.ts';
import { type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import { type Chains, docKey, walletFacts } from '../directory.ts';
import type { Journal } from '../journal.ts';
import { answerOnce, decline, isDecline, wasAsked } from './decline.ts';

/** Encrypts what must not lie around in the clear: signed bytes before they leave. */
export interface Sealer {
  seal(plain: Uint8Array, context: string): string;
  /** @throws KEY_DECRYPT_FAILED */
  open(sealed: string, context: string): Uint8Array;
}

/** What signing a request needs. */
export interface SigningParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly chains: Chains;
  readonly custodian: Custodian & {
    resume(row: RequestRow, options?: { readonly asksUsers?: boolean }): ReturnType<Custodian['sign']>;
  };
  readonly sealer: Sealer;
}

/** Times that another process may move the request on while it is being signed here. */
const MAX_MOVES = 4;

/** Refusals after which a held permit can never be redeemed any more. */
const VOIDED: ReadonlySet<unknown> = new Set<ReasonCode>([
  'halted',
  'agent_paused',
  'epoch_changed',
  'policy_changed',
  'registry_changed',
  'permit_expired',
  'approval_expired',
  'key_revoked',
]);

const sealContext = (row: RequestRow): string => `signed/${row.agent}/${row.requestId}/${row.payloadDigest ?? ''}`;

/** The request's row as the store has it now. */
export async function readRow(store: Store, row: RequestRow): Promise<RequestRow> {
  const [fresh] = await store.get([storeKey.request(row.agent, row.requestId)]);
  return fresh === undefined ? row : (fresh as unknown as RequestRow);
}

/** The signed transaction of a row that has one. @throws KEY_DECRYPT_FAILED, STORE_CORRUPT */
export async function openSigned(parts: Pick<SigningParts, 'sealer' | 'store'>, row: RequestRow): Promise<SignedTransaction> {
  if (row.sealed === null || row.txHash === null || row.slot === null) {
    throw new CastellanError('STORE_CORRUPT', {
      message: 'A signed request has lost its bytes.',
      details: { request: `${row.requestId}/${row.agent}` },
    });
  }
  const raw = parts.sealer.open(row.sealed, sealContext(row));
  const { smart } = await walletFacts(parts.store, row.wallet);
  return {
    chain: accountChain(row.wallet),
    wallet: row.wallet,
    slot: row.slot,
    raw,
    hash: row.txHash,
    ...(smart === undefined ? {} : { smart }),
  };
}

/** Redeems and signs. A permit that is void for ever gives its room and its place in the sequence back, so that nothing behind it waits. */
export async function signHeld(parts: SigningParts, row: RequestRow, secret: string, payload: Uint8Array): ReturnType<Custodian['sign']> {
  try {
    return await parts.custodian.sign(permitId(row.agent, row.requestId, secret), payload);
  } catch (error) {
    if (isDecline(error)) await decline(parts, row);
    else if (isCastellanError(error) && VOIDED.has(error.details['reason'])) {
      await parts.journal.apply([{ kind: 'ledger.expire', agent: row.agent, requestId: row.requestId }]).catch(() => undefined);
    }
    throw error;
  }
}

/** The same for what was redeemed before. */
export async function signLost(parts: SigningParts, row: RequestRow): ReturnType<Custodian['sign']> {
  try {
    return await parts.custodian.resume(row);
  } catch (error) {
    if (isDecline(error)) await decline(parts, row);
    throw error;
  }
}

/** Signs the row's own payload, or — after a crash — completes exactly that payload, and stores the bytes encrypted. */
async function sign(parts: SigningParts, row: RequestRow): Promise<SignedTransaction> {
  if (row.permit === null || row.payload === null)
    throw new CastellanError('STORE_CORRUPT', {
      message: 'A held request has lost its permit.',
      details: { request: `${row.requestId}/${row.agent}` },
    });
  const { codec } = parts.chains.adapter(accountChain(row.wallet));
  const payload = new Uint8Array(Buffer.from(row.payload, 'base64'));
  const signature = row.state === 'held' ? await signHeld(parts, row, row.permit.secret, payload) : await signLost(parts, row);
  const { smart, userSigned } = await walletFacts(parts.store, row.wallet);
  const bytes = signature.payload ?? payload;
  const signed = codec.assemble(codec.adopt(bytes, accountChain(row.wallet), row.wallet, signature.publicKey, smart), signature.signature);
  const stored = await parts.journal.apply([
    {
      kind: 'ledger.settle',
      agent: row.agent,
      requestId: row.requestId,
      to: 'signed',
      sealed: parts.sealer.seal(signed.raw, sealContext(row)),
      txHash: signed.hash,
    },
    { kind: 'doc.put', key: docKey.sent(signed.hash), value: { agent: row.agent, requestId: row.requestId } },
    ...(userSigned === true ? [answerOnce(row, 'signed')] : []),
  ]);
  if (!stored.ok) throw new CastellanError('PERMIT_REFUSED', { message: stored.reason.message, details: { reason: stored.reason.code } });
  return signed;
}

/**
 * The signed bytes of a request and its row: opened where they exist, signed now where not. Signing is deterministic and
 * bound to the row's payload, so whichever process comes first, there is one set of bytes.
 * @throws PERMIT_REFUSED, KEY_REVOKED, STORE_UNAVAILABLE
 */
export async function signedBytes(
  parts: SigningParts,
  start: RequestRow,
): Promise<{ readonly row: RequestRow; readonly signed: SignedTransaction }> {
  if (start.signature !== undefined)
    throw new CastellanError('PERMIT_REFUSED', {
      message: 'What was decided about is a signature, and no transaction.',
      details: { reason: 'permit_payload_mismatch' },
    });
  let row = start;
  for (let move = 1; ; move++) {
    if (row.state !== 'held' && row.state !== 'redeemed') return { row, signed: await openSigned(parts, row) };
    try {
      const signed = await sign(parts, row);
      return { row: { ...row, state: 'signed', txHash: signed.hash }, signed };
    } catch (error) {
      const fresh = await readRow(parts.store, row).catch(() => row);
      const isOver = fresh.state === 'released' || fresh.state === 'denied' || fresh.state === 'escalated';
      // One call asks once; but where another answer of the user was written first, that one stands, and its bytes are there.
      const isOurs = wasAsked(error) && fresh.state === 'redeemed';
      if (move >= MAX_MOVES || fresh.state === row.state || isOver || isOurs) throw error;
      row = fresh;
    }
  }
}
