import { canonicalize } from '../../core/canonical.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, Digest, TimeMs } from '../../core/ids.ts';
import type { Command, Json, Store } from '../../core/store.ts';
import type { Vault } from '../../custody/index.ts';
import { readDoc, type WalletMode } from '../directory.ts';
import type { CustodyRefusal } from './prepared.ts';

/** Somebody's answer about one prepared transaction. It is good for that one, once, until it expires. */
export interface CustodyApproval {
  readonly v: 1;
  readonly id: string;
  readonly preparedId: string;
  readonly preparedDigest: Digest;
  readonly account: AccountId;
  readonly agentId: string;
  readonly mode: WalletMode;
  /** Who answered: a party of the wallet, or `user`. */
  readonly party: string;
  /** `pending`: people are asked, under `approvalId`. `expired`: nobody answered in time. */
  readonly state: 'pending' | 'approved' | 'rejected' | 'expired';
  /** The request to people in `approvals`, where the gate wants a person's word. */
  readonly approvalId: string | null;
  /** What was approved, as it was read. */
  readonly rendered: string;
  readonly createdAtMs: TimeMs;
  readonly expiresAtMs: TimeMs;
}

/** An approval at rest: sealed, so that nobody writes one into the store; and which decision it was used for. */
interface StoredApproval {
  readonly sealed: string;
  readonly usedBy: string | null;
}

/** An approval as the store has it. */
export interface KeptApproval {
  readonly approval: CustodyApproval;
  readonly usedBy: string | null;
  readonly version: number;
}

const docOf = (id: string): string => `custody-approval/${id}`;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** A refusal of an approval. */
export function refuseApproval(reason: CustodyRefusal, message: string): CastellanError {
  return new CastellanError('APPROVAL_INVALID', { message, details: { reason } });
}

/** The command that keeps a new approval. */
export function keepApproval(vault: Vault, approval: CustodyApproval): Command {
  const stored: StoredApproval = { sealed: vault.seal(Buffer.from(canonicalize(approval)), docOf(approval.id)), usedBy: null };
  return { kind: 'doc.put', key: docOf(approval.id), value: stored as unknown as Json, ifVersion: 0 };
}

/** Reads an approval by the id in what a caller hands back; nothing else in it is looked at. @throws APPROVAL_INVALID */
export async function readApproval(store: Store, vault: Vault, given: unknown): Promise<KeptApproval> {
  const unknown = (): CastellanError => refuseApproval('approval_unknown', 'There is no such approval.');
  let id: unknown;
  try {
    id = typeof given === 'string' ? given : (given as { readonly id?: unknown } | null | undefined)?.id;
  } catch {
    throw unknown();
  }
  if (typeof id !== 'string' || !ID.test(id)) throw unknown();
  const { value, version } = await readDoc<StoredApproval>(store, docOf(id));
  if (typeof value?.sealed !== 'string') throw unknown();
  try {
    const approval = JSON.parse(Buffer.from(vault.open(value.sealed, docOf(id))).toString('utf8')) as CustodyApproval;
    return { approval, usedBy: value.usedBy, version };
  } catch (error) {
    if (isCastellanError(error) && error.code === 'SHUTTING_DOWN') throw error;
    throw unknown();
  }
}

/** The commands that use approvals up for one decision; refused by the store where another use came first. */
export async function useApprovals(store: Store, kept: readonly KeptApproval[], decisionId: string): Promise<readonly Command[]> {
  const commands: Command[] = [];
  for (const { approval } of kept) {
    const { value, version } = await readDoc<StoredApproval>(store, docOf(approval.id));
    // Another process is signing the very same decision.
    if (value?.usedBy === decisionId) continue;
    if (value === undefined || value.usedBy !== null) throw refuseApproval('approval_used', 'The approval was used before.');
    commands.push({
      kind: 'doc.put',
      key: docOf(approval.id),
      value: { ...value, usedBy: decisionId } as unknown as Json,
      ifVersion: version,
    });
  }
  return commands;
}
