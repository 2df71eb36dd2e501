import {
  type AccountId,
  type Authority,
  accountKey,
  canonicalize,
  fromHex,
  type RecoveryReason,
  type RegisteredKey,
  type RegistrySignature,
  type Role,
  readDoc,
  type SignatureVerifier,
  type SignedStatement,
  type Store,
  storeKey,
} from '../../core/index.ts';
import { publicKeyDoc } from '../keys/public-key-doc.ts';
import type { SessionRecord } from './recovery-record.ts';

/** The authority with its registry read anew on demand. */
export type RecoveryAuthority = Authority & { refresh(): Promise<void> };

/** What judging a guardian needs. */
export interface GuardianContext {
  readonly store: Store;
  readonly tenant: string;
  readonly authority: RecoveryAuthority;
  readonly verifiers: readonly SignatureVerifier[];
}

const SIGNATURE = /^(?:[0-9a-fA-F]{2}){1,2048}$/;
const PAGE = 500;

/**
 * What a guardian signs to let a session complete, or an owner to cancel it: all that was fixed at its opening. Domain
 * `castellan.recovery.v1`, so that it is no act of authority, no approval and no transaction.
 *
 * @param action - to let the session complete, or to cancel it
 * @param session - as `security.recovery` gives it; times in milliseconds since the epoch
 * @example
 * ```ts
 * import { recoveryStatement } from 'castellan';
 *
 * const facts = { id: 's-1', method: 'guardians', contacts: ['g-1', 'g-2'], credentials: null, openedAtMs: 1_700_000_000_000, expiresAtMs: 1_700_086_400_000 };
 * const { domain } = recoveryStatement('recovery.approve', 'acme', 'olivia', { ...facts, steps: [{ step: 'email' }] });
 * console.log(domain); // castellan.recovery.v1
 * ```
 */
export function recoveryStatement(
  action: 'recovery.approve' | 'recovery.cancel',
  tenant: string,
  user: string,
  session: Pick<SessionRecord, 'id' | 'method' | 'contacts' | 'credentials' | 'openedAtMs' | 'expiresAtMs'> & {
    readonly steps: readonly { readonly step: string }[];
  },
): SignedStatement {
  const { id, method, contacts, credentials, openedAtMs, expiresAtMs } = session;
  const steps = session.steps.map(({ step }) => step);
  const facts = { tenant, action, session: id, user, method, contacts, steps, credentials, openedAtMs, expiresAtMs };
  return { domain: 'castellan.recovery.v1', text: canonicalize(facts) };
}

/** Registered guardians, now. */
export function guardiansOf(authority: Authority): readonly RegisteredKey[] {
  return authority.registry().keys.filter((key) => key.roles.includes('guardian'));
}

/** How many guardians must have signed: the quorum at the opening or now, whichever is larger; 0 where there never were any. */
export function requiredGuardians(authority: Authority, session: Pick<SessionRecord, 'quorum'>): number {
  const now = guardiansOf(authority).length > 0 ? authority.registry().quorums.guardian : 0;
  return Math.max(session.quorum, now);
}

/** The key behind a signature over a statement, where it holds the role and the signature is right. */
export async function signerOf(
  { authority, verifiers }: GuardianContext,
  role: Role,
  statement: SignedStatement,
  { keyId, signature }: RegistrySignature,
): Promise<RegisteredKey | undefined> {
  const key = typeof keyId === 'string' ? authority.key(keyId, role) : undefined;
  const verifier = verifiers.find((candidate) => candidate.scheme === key?.scheme);
  if (key === undefined || verifier === undefined || typeof signature !== 'string' || !SIGNATURE.test(signature)) return undefined;
  return (await verifier.verifyStatement(key.key, statement, fromHex(signature))) === true ? key : undefined;
}

/** Why this guardian cannot speak for this user; undefined where he can. */
export async function guardianFault(
  { store }: GuardianContext,
  user: string,
  session: Pick<SessionRecord, 'contacts'>,
  guardian: RegisteredKey,
): Promise<Extract<RecoveryReason, 'guardian_not_asked' | 'guardian_not_independent'> | undefined> {
  if (session.contacts.length > 0 && !session.contacts.includes(guardian.id)) return 'guardian_not_asked';
  if (guardian.id === user || (await isHeldHere(store, guardian))) return 'guardian_not_independent';
  return undefined;
}

/**
 * The guardians whose signatures count at this moment, by id: registered now, asked, independent, each signature verified
 * anew. What a row claims is not believed, and two signatures of one key count once.
 */
export async function countGuardians(context: GuardianContext, user: string, session: SessionRecord): Promise<readonly string[]> {
  const statement = recoveryStatement('recovery.approve', context.tenant, user, session);
  const found = new Map<string, string>();
  for (const approval of session.approvals) {
    const key = await signerOf(context, 'guardian', statement, approval);
    if (key !== undefined && (await guardianFault(context, user, session, key)) === undefined) found.set(key.key, key.id);
  }
  return [...found.values()];
}

/** True where custody itself holds the private key, or a wallet kept here has that address: then nobody else has signed. */
async function isHeldHere(store: Store, { scheme, key }: RegisteredKey): Promise<boolean> {
  if ((await readDoc(store, publicKeyDoc(key.toLowerCase()))) !== undefined) return true;
  if (scheme === 'ed25519') return false;
  const prefix = storeKey.doc('wallet/');
  let after: string | undefined;
  for (;;) {
    const rows = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    if (rows.some((row) => accountKey(row.key.slice(prefix.length) as AccountId).toLowerCase() === key.toLowerCase())) return true;
    after = rows.at(-1)?.key;
    if (rows.length < PAGE || after === undefined) return false;
  }
}
