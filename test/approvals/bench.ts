import { createEip712Verifier } from '../../src/adapters/evm/approval-verifier.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import {
  type ApprovalInbox,
  createApprovals,
  createAuthority,
  createEd25519Verifier,
  type RegistryAuthority,
} from '../../src/approvals/index.ts';
import {
  type AccountId,
  type ApprovalProvider,
  type ApprovalRequest,
  type AttestationKey,
  applyStep,
  type Command,
  canonicalize,
  createAttestationKey,
  type Digest,
  leafHash,
  type RegisteredKey,
  type Role,
  type SecurityEvent,
  type Store,
  sha256,
  sha256Hex,
  toHex,
} from '../../src/core/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

export const WALLET = 'eip155:31337:0x1111111111111111111111111111111111111111' as AccountId;
export const RENDERED = 'This transaction:\n- sends 2 "ETH" ["eip155:31337/slip44:60"] from A to B';

/** The log entry of an event, as the audit room makes it. */
export function toLogCommand(event: SecurityEvent): Command {
  const entry = canonicalize(event);
  return { kind: 'log.append', id: event.id, entry, leaf: leafHash(entry) };
}

/** A person's Ed25519 key; the same name is the same key. */
export function person(id: string): AttestationKey {
  return createAttestationKey(id, sha256(`person ${id}`));
}

export function registered(key: AttestationKey, ...roles: readonly Role[]): RegisteredKey {
  return { id: key.id, scheme: 'ed25519', key: toHex(key.publicKey), roles };
}

export const verifiers = [createEd25519Verifier(), createEip712Verifier()];

export interface Bench {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly authority: RegistryAuthority;
  readonly approvals: ApprovalInbox;
  request(changes?: Partial<ApprovalRequest>): ApprovalRequest;
  apply(...commands: readonly Command[]): ReturnType<typeof applyStep>;
  /** A second process on the same store. */
  other(): Promise<Pick<Bench, 'authority' | 'approvals'>>;
}

export async function createBench(
  options: {
    readonly keys?: readonly RegisteredKey[];
    readonly quorums?: Partial<Record<Role, number>>;
    readonly store?: (clock: ManualClock) => Store;
    readonly providers?: readonly ApprovalProvider[];
  } = {},
): Promise<Bench> {
  const clock = createManualClock();
  const random = createSeededRandom('approvals');
  const store = (options.store ?? ((at) => createMemoryStore({ clock: at })))(clock);
  const keys = options.keys ?? [
    registered(person('ann'), 'approver'),
    registered(person('ben'), 'approver'),
    registered(person('cem'), 'operator'),
  ];
  const open = async (): Promise<Pick<Bench, 'authority' | 'approvals'>> => {
    const authority = await createAuthority({
      store,
      tenant: 'test',
      clock,
      random,
      verifiers,
      genesis: keys,
      quorums: options.quorums,
      command: toLogCommand,
    });
    const approvals = createApprovals({
      store,
      authority,
      verifiers,
      clock,
      random,
      tenant: 'test',
      command: toLogCommand,
      providers: options.providers,
    });
    return { authority, approvals };
  };
  const { authority, approvals } = await open();
  let count = 0;
  return {
    clock,
    store,
    authority,
    approvals,
    other: open,
    apply: (...commands) => applyStep(store, { commands }),
    request: (changes = {}) => ({
      v: 1,
      id: `ap${(count += 1)}`,
      tenant: 'test',
      agent: 'a1',
      requestId: `r${count}`,
      decisionId: `d${count}`,
      wallet: WALLET,
      actionDigest: sha256Hex(`action ${count}`) as Digest,
      effectsDigest: sha256Hex(changes.rendered ?? RENDERED),
      rendered: RENDERED,
      satisfies: ['approval_required'],
      policy: 'policy-1',
      registry: authority.digest(),
      createdAtMs: clock.nowMs(),
      expiresAtMs: clock.nowMs() + 60_000,
      nonce: `n${count}`,
      ...changes,
    }),
  };
}
