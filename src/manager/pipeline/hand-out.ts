import { accountChain } from '../../core/account.ts';
import type { AgentSignature } from '../../core/agent-port.ts';
import { CastellanError } from '../../core/errors.ts';
import type { RequestRow } from '../../core/store.ts';
import { type AdvanceParts, haltOf } from './advance.ts';
import { movedContract } from './contract-pins.ts';
import { readRow, type SigningParts, signHeld, signLost } from './signed-bytes.ts';

/** Times that another process may move the request on while it is being signed here. */
const MAX_MOVES = 4;

/** Not the context of signed transactions: what was sealed as one is never opened as the other. */
const sealContext = (row: RequestRow): string => `signature/${row.agent}/${row.requestId}/${row.payloadDigest ?? ''}`;

function over(message: string): CastellanError {
  return new CastellanError('PERMIT_REFUSED', { message, details: { reason: 'reservation_not_held' } });
}

/** Signs the row's own payload, or — after a crash — completes exactly that payload, and stores the signature encrypted. */
async function sign(parts: SigningParts, row: RequestRow): Promise<Uint8Array> {
  if (row.permit === null || row.payload === null)
    throw new CastellanError('STORE_CORRUPT', {
      message: 'A held request has lost its permit.',
      details: { request: `${row.requestId}/${row.agent}` },
    });
  const { codec } = parts.chains.adapter(accountChain(row.wallet));
  if (codec.assembleSignature === undefined)
    throw new CastellanError('SIGNING_CLOSED', { message: 'Wallets of this chain sign transactions only.' });
  const payload = new Uint8Array(Buffer.from(row.payload, 'base64'));
  const made = row.state === 'held' ? await signHeld(parts, row, row.permit.secret, payload) : await signLost(parts, row);
  const signature = codec.assembleSignature(payload, made.signature, row.wallet);
  const { agent, requestId } = row;
  const sealed = parts.sealer.seal(signature, sealContext(row));
  const stored = await parts.journal.apply([{ kind: 'ledger.settle', agent, requestId, to: 'signed', sealed }]);
  if (!stored.ok) throw new CastellanError('PERMIT_REFUSED', { message: stored.reason.message, details: { reason: stored.reason.code } });
  return signature;
}

/** The signature of a row: opened where it exists, made now where not. Whichever process comes first, there is one. */
async function signatureOf(parts: SigningParts, start: RequestRow): Promise<Uint8Array> {
  let row = start;
  for (let move = 1; ; move += 1) {
    if (row.state === 'released') throw over('The signature was revoked or has expired: it is not handed out again.');
    if (row.sealed !== null) return parts.sealer.open(row.sealed, sealContext(row));
    if (row.state !== 'held' && row.state !== 'redeemed') throw over(`The request is ${row.state}, and nothing was signed for it.`);
    try {
      return await sign(parts, row);
    } catch (error) {
      const fresh = await readRow(parts.store, row).catch(() => row);
      if (move >= MAX_MOVES || fresh.state === row.state || fresh.sealed === null) throw error;
      row = fresh;
    }
  }
}

/** A contract of the list that is not what it was at the decision voids the permit. @throws PERMIT_REFUSED */
async function refuseMoved(parts: AdvanceParts, row: RequestRow): Promise<void> {
  const decision = await parts.findDecision(row.decisionId);
  const moved = decision === undefined ? undefined : await movedContract(parts.chains, row, decision);
  if (moved === undefined) return;
  await parts.journal.apply([{ kind: 'ledger.expire', agent: row.agent, requestId: row.requestId }]);
  throw new CastellanError('PERMIT_REFUSED', { message: moved.detail, details: { reason: moved.code } });
}

/**
 * Signs what was decided and hands the signature out; the same one again, once it exists. From then on it counts as sent: its
 * room stays taken until it is used, revoked or void. Words that bind nobody are done with it.
 * @throws HALTED, PERMIT_REFUSED, KEY_REVOKED, SIGNATURE_INVALID, STORE_UNAVAILABLE
 */
export async function handOut(parts: AdvanceParts, start: RequestRow): Promise<AgentSignature> {
  const { agent, requestId, decisionId } = start;
  const before = await readRow(parts.store, start);
  if (before.signature === undefined) throw over('The request is for a transaction.');
  if (before.state === 'held') await refuseMoved(parts, before);
  const signature = await signatureOf(parts, before);
  const reason = await haltOf(parts, agent);
  if (reason !== undefined)
    throw new CastellanError('HALTED', {
      message: 'Stopped: no signature is handed out now.',
      details: { reason, requestId, pending: true },
      retryable: true,
    });
  // What was out before stays what it is: nothing that is settled comes back to life by being handed out again.
  const { state } = await readRow(parts.store, before);
  if (state === 'broadcast' || state === 'final') return { signature, requestId, decisionId };
  const to = before.signature.binds ? 'broadcast' : 'final';
  const told = await parts.journal.apply([{ kind: 'ledger.settle', agent, requestId, to }]);
  if (!told.ok) throw new CastellanError('PERMIT_REFUSED', { message: told.reason.message, details: { reason: told.reason.code } });
  return { signature, requestId, decisionId };
}
