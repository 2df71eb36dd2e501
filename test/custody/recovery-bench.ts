import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createAuthority, type RegistryAuthority, signStatement } from '../../src/approvals/index.ts';
import {
  type AttestationKey,
  applyStep,
  createDeadlines,
  type Random,
  type RecoveryGrant,
  type RecoveryOutcome,
  type RegisteredKey,
  type Role,
  type Store,
  type VerificationMessage,
} from '../../src/core/index.ts';
import { openVault } from '../../src/custody/index.ts';
import { createRecoveryManager, type RecoveryManager, type RecoveryParts } from '../../src/custody/recovery/recovery-manager.ts';
import type { RecoveryOptions } from '../../src/custody/recovery/recovery-options.ts';
import type { RecoverySession } from '../../src/custody/recovery/recovery-session.ts';
import { readHaltState } from '../../src/emergency/halt-state.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { person, registered, toLogCommand, verifiers } from '../approvals/bench.ts';

export const KEY = '8f1c2b7a90d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5a6b7c8d9e0f10213';
export const DAY = 86_400_000;
export const CREDENTIALS = { publicKey: 'ab'.repeat(32) };
export const [gina, gus, greta, olga] = ['gina', 'gus', 'greta', 'olga'].map(person) as [
  AttestationKey,
  AttestationKey,
  AttestationKey,
  AttestationKey,
];
export const GUARDED: readonly RegisteredKey[] = [registered(gina, 'guardian'), registered(gus, 'guardian'), registered(greta, 'guardian')];

/** A tenant with store, vault, registry and recoveries, all real; the provider and the receiver write down what they get. */
export interface RecoveryBench {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly random: Random;
  readonly authority: RegistryAuthority;
  readonly recovery: RecoveryManager;
  readonly parts: RecoveryParts;
  readonly sent: VerificationMessage[];
  readonly grants: RecoveryGrant[];
  /** What the receiver does next; default: a new wallet. */
  receive: (grant: RecoveryGrant) => Promise<RecoveryOutcome>;
  /** The latest code sent for a step. */
  codeOf(sessionId: string, step: string): string;
  /** A code that is not the right one. */
  wrong(sessionId: string, step: string, nth?: number): string;
  initiate(user?: string): Promise<RecoverySession>;
  submit(session: { readonly id: string }, step: string, code?: string): ReturnType<RecoveryManager['submitVerification']>;
  verifyAll(session: RecoverySession): Promise<void>;
  approve(session: RecoverySession, ...guardians: readonly AttestationKey[]): Promise<void>;
  complete(session: { readonly id: string }, newCredentials?: Record<string, unknown>): ReturnType<RecoveryManager['completeRecovery']>;
  kill(on?: boolean): Promise<void>;
  /** The same tenant in a process that starts now. */
  restart(more?: Partial<RecoveryParts>, options?: RecoveryOptions): Promise<RecoveryManager>;
  changeKeys(keys: readonly RegisteredKey[], quorum?: number): Promise<void>;
}

export async function createRecoveryBench(
  given: {
    readonly keys?: readonly RegisteredKey[];
    readonly quorums?: Partial<Record<Role, number>>;
    readonly options?: RecoveryOptions;
    readonly wrap?: (store: Store) => Store;
    readonly random?: Random;
    readonly more?: Partial<RecoveryParts>;
  } = {},
): Promise<RecoveryBench> {
  const clock = createManualClock();
  const random = given.random ?? createSeededRandom('recovery');
  const inner = createMemoryStore({ clock });
  const store = given.wrap?.(inner) ?? inner;
  const vault = await openVault({ store: inner, random, tenant: 'test', encryptionKey: KEY });
  const authority = await createAuthority({
    store: inner,
    tenant: 'test',
    clock,
    random,
    verifiers,
    command: toLogCommand,
    genesis: given.keys ?? [],
    quorums: given.quorums,
  });
  const sent: VerificationMessage[] = [];
  const grants: RecoveryGrant[] = [];
  const parts: RecoveryParts = {
    store,
    vault,
    clock,
    random,
    deadlines: createDeadlines(clock),
    authority,
    verifiers,
    provider: { steps: ['email', 'phone', 'identity', 'app'], send: (message) => void sent.push(message) },
    command: toLogCommand,
    readHalt: () => readHaltState(store),
    isUser: async (user) => user.startsWith('user-'),
    onComplete: async (grant) => {
      grants.push(grant);
      return bench.receive(grant);
    },
    ...given.more,
  };
  const recovery = createRecoveryManager(parts, given.options);
  const codeOf = (sessionId: string, step: string): string => {
    const found = sent.findLast((message) => message.sessionId === sessionId && message.step === step);
    if (found === undefined) throw new Error(`no code was sent for ${step}`);
    return found.code;
  };
  const bench: RecoveryBench = {
    clock,
    store: inner,
    random,
    authority,
    recovery,
    parts,
    sent,
    grants,
    receive: async (grant) => ({ newWalletAddress: `wallet-of-${grant.user}`, details: { revoked: ['k1'] } }),
    codeOf,
    wrong: (sessionId, step, nth = 1) => String((Number(codeOf(sessionId, step)) + nth) % 1_000_000).padStart(6, '0'),
    initiate: (user = 'user-1') => recovery.initiateRecovery(user, { method: 'identity' }),
    submit: (session, step, code) => recovery.submitVerification(session.id, { step, code: code ?? codeOf(session.id, step) }),
    async verifyAll(session) {
      for (const step of session.remainingSteps) await bench.submit(session, step);
    },
    async approve(session, ...guardians) {
      for (const guardian of guardians) await recovery.approveRecovery(session.id, signStatement(guardian, session.guardians.statement));
    },
    complete: (session, newCredentials = CREDENTIALS) => recovery.completeRecovery(session.id, { newCredentials }),
    async kill(on = true) {
      const change = on ? ({ kind: 'kill', reason: 'r', by: 'b' } as const) : ({ kind: 'lift', reason: 'r', by: 'b' } as const);
      await applyStep(inner, { commands: [{ kind: 'halt.set', change }] });
    },
    async restart(more = {}, options = given.options) {
      const fresh = await openVault({ store: inner, random, tenant: 'test', encryptionKey: KEY });
      return createRecoveryManager({ ...parts, store: inner, readHalt: () => readHaltState(inner), ...more, vault: fresh }, options);
    },
    async changeKeys(keys, quorum = 1) {
      // As another process would: what this one knows of the registry is old then.
      const other = await createAuthority({ store: inner, tenant: 'test', clock, random, verifiers, command: toLogCommand });
      await other.change({ keys, quorums: { guardian: quorum } });
    },
  };
  return bench;
}

/** The events in a log, oldest first. */
export async function eventsOf(store: Store): Promise<readonly { readonly type: string; readonly details?: Record<string, unknown> }[]> {
  return (await store.log(0)).map(({ entry }) => JSON.parse(entry) as { type: string; details?: Record<string, unknown> });
}

/** A bench, and a session of which every step is answered. */
export async function createProven(
  given: Parameters<typeof createRecoveryBench>[0] = {},
): Promise<{ readonly bench: RecoveryBench; readonly session: RecoverySession }> {
  const bench = await createRecoveryBench(given);
  const session = await bench.initiate();
  await bench.verifyAll(session);
  return { bench, session };
}
