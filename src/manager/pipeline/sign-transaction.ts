import { accountChain, parseAccount } from '../../core/account.ts';
import type { AgentSigned } from '../../core/agent-port.ts';
import { parseChainId } from '../../core/chain-id.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, AgentId } from '../../core/ids.ts';
import type { SlotRow } from '../../core/slot.ts';
import { type RequestRow, storeKey } from '../../core/store.ts';
import { walletFacts } from '../directory.ts';
import type { ParsedAgentRequest, RequestForm } from '../request.ts';
import { signOut } from './advance.ts';
import { submitAsking } from './authorize.ts';
import type { ExecuteParts } from './execute.ts';
import { openRequests } from './reconcile.ts';
import { isIncluded, unavailable } from './replace.ts';
import type { ReplacingBytes } from './replacement-place.ts';
import { requestDenied } from './request-denied.ts';
import { isSent } from './rivals.ts';
import { refusedBefore } from './sign-order.ts';

/** The request of this agent that waits in the place that the bytes are for; undefined where none does. */
async function waitingAt(parts: ExecuteParts, agentId: AgentId, wallet: AccountId, exact: Uint8Array): Promise<RequestRow | undefined> {
  const chain = accountChain(wallet);
  const { publicKey, smart } = await walletFacts(parts.store, wallet);
  const { slot } = parts.chains.adapter(chain).codec.adopt(exact, chain, wallet, publicKey, smart);
  const [slots] = await parts.store.get([storeKey.slots(wallet)]);
  const { highestUsed = null } = (slots ?? {}) as Partial<SlotRow>;
  // The usual case: a place that nobody had.
  if (highestUsed === null || slot > highestUsed) return undefined;
  const found = (await openRequests(parts)).find(
    (row) =>
      row.wallet === wallet && row.slot === slot && row.agent === agentId && row.signature === undefined && row.replaces === undefined,
  );
  return found === undefined || !isSent(found) || unavailable(parts, found) !== undefined || (await isIncluded(parts, found))
    ? undefined
    : found;
}

/** What the bytes are to take the place of. Where that cannot be told they are judged for a place of their own, which says why it is none. */
async function placeOf(
  parts: ExecuteParts,
  agentId: AgentId,
  { chain, wallet }: ParsedAgentRequest,
  exact: Uint8Array,
): Promise<{ readonly replacing?: ReplacingBytes }> {
  try {
    const first = await waitingAt(parts, agentId, parseAccount(wallet ?? '', parseChainId(chain ?? '')), exact);
    return first === undefined ? {} : { replacing: { first, exact } };
  } catch (error) {
    if (isCastellanError(error)) return {};
    throw error;
  }
}

async function handedOut(parts: ExecuteParts, row: RequestRow): Promise<AgentSigned> {
  const { raw, hash } = await signOut(parts, row);
  return { raw, hash };
}

/**
 * Takes bytes of somebody else's making through the gate and signs exactly them. Idempotent by `id`. Bytes for a place where one of ours
 * waits replace it where they do the same at a higher fee, cancel it where they do nothing, and are denied `slot_taken` otherwise. Where a
 * person has to decide people are asked, and their yes counts once the same bytes come again under the same id.
 * @throws REQUEST_DENIED, REQUEST_INVALID, PERMIT_REFUSED, HALTED, KEY_REVOKED
 */
export async function signTransaction(parts: ExecuteParts, agentId: AgentId, form: RequestForm): Promise<AgentSigned> {
  const exact = form.ok ? form.value.transaction : undefined;
  if (form.ok && !(exact instanceof Uint8Array))
    throw new CastellanError('REQUEST_INVALID', { message: 'The transaction to sign is a Uint8Array' });
  const told = form.ok && exact instanceof Uint8Array ? { exact, ...(await placeOf(parts, agentId, form.value, exact)) } : {};
  const submitted = await submitAsking(parts, agentId, form, told);
  if (submitted.kind === 'prior') {
    if (submitted.row.state === 'denied' || submitted.row.state === 'escalated') throw await refusedBefore(parts, submitted.row);
    return handedOut(parts, submitted.row);
  }
  const { decision, row } = submitted;
  if (decision.verdict !== 'approved' || row === null)
    throw requestDenied(decision, decision.verdict === 'escalated' ? { approvalId: decision.id } : {});
  return handedOut(parts, row);
}
