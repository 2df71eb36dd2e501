import { accountAddress, accountChain } from '../../core/account.ts';
import { canonicalize } from '../../core/canonical.ts';
import { taggedDigest } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AgentId, RequestId } from '../../core/ids.ts';
import type { RequestRow } from '../../core/store.ts';
import type { ReplaceTerms } from '../replace-options.ts';
import { parseAgentRequest, type RequestForm } from '../request.ts';
import type { ExecutionResult } from '../result.ts';
import { readRequest } from './early-refusal.ts';
import { type ExecuteParts, execute, resumeRow } from './execute.ts';
import type { Replacing } from './replacement-place.ts';
import { firstOf, isSent, readRivals } from './rivals.ts';
import { openSigned } from './signed-bytes.ts';

/** The same replacement of the same request has the same id, so that asking twice puts one transaction on its way. */
function idOf(first: RequestRow, by: Replacing['by'], { id, maxFee }: ReplaceTerms): RequestId {
  if (id !== undefined) return id;
  const digest = taggedDigest('castellan.replacement.v1', canonicalize([first.agent, first.requestId, by, maxFee ?? null]));
  return `${by === 'same' ? 'replace' : 'cancel'}-${digest.slice(0, 24)}` as RequestId;
}

function formOf(first: RequestRow, by: Replacing['by'], terms: ReplaceTerms): RequestForm {
  const { wallet, payload } = first;
  const base = {
    id: idOf(first, by, terms),
    chain: accountChain(wallet),
    wallet,
    ...(terms.maxFee === undefined ? {} : { maxFee: terms.maxFee }),
    ...(terms.intent === undefined ? {} : { context: { intent: terms.intent } }),
  };
  const transaction = new Uint8Array(Buffer.from(payload ?? '', 'base64'));
  return parseAgentRequest(
    by === 'same' ? { ...base, transaction } : { ...base, calls: [{ to: accountAddress(wallet), value: '0', data: '0x' }] },
  );
}

/** Why no other transaction can take the place of this one; undefined where one can. */
export function unavailable(parts: ExecuteParts, { wallet, payload, requestId }: RequestRow): CastellanError | undefined {
  const chain = accountChain(wallet);
  const { codec } = parts.chains.adapter(chain);
  const bytes = new Uint8Array(Buffer.from(payload ?? '', 'base64'));
  const reason =
    codec.reprice === undefined || parts.chains.node(chain).requote === undefined
      ? 'expires_by_itself'
      : codec.coSigning?.(bytes) !== undefined
        ? 'signed_by_others'
        : undefined;
  return reason === undefined
    ? undefined
    : new CastellanError('REPLACEMENT_UNAVAILABLE', {
        message: 'No other transaction can take the place of this one: it lands, or its time runs out.',
        details: { reason, requestId, chain },
      });
}

/** Whether the place is taken on the chain, by the request or by what was to replace it. */
export async function isIncluded(parts: ExecuteParts, first: RequestRow): Promise<boolean> {
  const { replacements } = await readRivals(parts.store, first);
  for (const row of [first, ...replacements].filter(isSent)) {
    const { status } = await parts.chains.node(accountChain(row.wallet)).status(await openSigned(parts, row));
    if (status !== 'pending') return true;
  }
  return false;
}

/**
 * Puts another transaction in the place of one that is on its way: the same at a higher fee, or nothing. It is a request of its own, with a
 * decision of its own, which takes room for nothing but the dearer fee; at most one of the two lands, and the chain says which.
 *
 * What was never signed is not replaced: it goes on, or its permit is given back. What is over already is answered as it ended.
 * @throws REQUEST_INVALID for a request that this agent never made; REPLACEMENT_UNAVAILABLE
 */
export async function replace(
  parts: ExecuteParts,
  agentId: AgentId,
  requestId: RequestId,
  by: Replacing['by'],
  terms: ReplaceTerms,
): Promise<ExecutionResult> {
  const first = await firstOf(parts.store, agentId, requestId);
  if (first === undefined || first.signature !== undefined)
    throw new CastellanError('REQUEST_INVALID', { message: 'This agent made no such request.', details: { requestId } });
  const waits = terms.settleTimeoutMs === undefined ? {} : { settleTimeoutMs: terms.settleTimeoutMs };
  const replacing = { ...waits, replacing: { first, by } };
  // Asked for before: it goes on where it stopped, or is answered as it ended.
  if ((await readRequest(parts, agentId, idOf(first, by, terms))) !== undefined)
    return execute(parts, agentId, formOf(first, by, terms), replacing);
  if (by === 'nothing' && first.state === 'held') {
    await parts.journal.apply([{ kind: 'ledger.expire', agent: agentId, requestId: first.requestId }]);
    const after = await firstOf(parts.store, agentId, requestId);
    if (after !== undefined && !isSent(after)) return resumeRow(parts, after, waits);
  }
  if (!isSent(first)) return resumeRow(parts, first, waits);
  const refused = unavailable(parts, first);
  if (refused !== undefined) throw refused;
  // What is in a block already is not raced against.
  if (await isIncluded(parts, first)) return resumeRow(parts, first, waits);
  return execute(parts, agentId, formOf(first, by, terms), replacing);
}
