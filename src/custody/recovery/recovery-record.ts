import {
  CastellanError,
  canonicalize,
  constantTimeEqual,
  type Digest,
  type Doc,
  type Json,
  type RegistrySignature,
  type TimeMs,
} from '../../core/index.ts';
import type { Mac, StoredCode } from './one-time-code.ts';

/** One step of a session at rest. */
export interface StepRecord {
  readonly step: string;
  /** Guesses begun, right or wrong; counted before anything is compared. */
  readonly attempts: number;
  readonly sends: number;
  /** Null before the first and after the right answer. */
  readonly code: (StoredCode & { readonly untilMs: TimeMs }) | null;
  readonly verifiedAtMs: TimeMs | null;
}

/** The one grant of a session at rest. */
export interface GrantRecord {
  readonly atMs: TimeMs;
  readonly guardians: readonly string[];
  /** MAC of the credentials that it was given for. */
  readonly credentialsMac: string;
  /** Until when whoever delivers it is left alone; null while nobody does. */
  readonly claimUntilMs: TimeMs | null;
}

/** `granted`: it is decided, and not yet known to be delivered. */
export type SessionState = 'open' | 'failed' | 'cancelled' | 'granted' | 'completed';

/** A session at rest. The terms are those of its opening; later ones can only add to them. */
export interface SessionRecord {
  readonly id: string;
  readonly method: string;
  /** Guardians whose signatures are wanted; empty means any. */
  readonly contacts: readonly string[];
  readonly state: SessionState;
  readonly steps: readonly StepRecord[];
  readonly maxAttempts: number;
  readonly cooldownMs: number;
  /** Guardian quorum at the opening; 0 where no guardian was registered. */
  readonly quorum: number;
  /** Digest of the only credentials that it may complete with; null leaves them open. */
  readonly credentials: Digest | null;
  readonly openedAtMs: TimeMs;
  readonly expiresAtMs: TimeMs;
  /** When the last proof came: the cooldown counts from it. */
  readonly provenAtMs: TimeMs;
  readonly approvals: readonly RegistrySignature[];
  readonly grant: GrantRecord | null;
  readonly outcome: { readonly newWalletAddress: string | null; readonly details: Json } | null;
}

/** Everything about one user's recoveries: document `recovery/<user>`. The last session stays until the next one. */
export interface UserRecord {
  readonly user: string;
  /** Guesses that were not right, over all sessions since the last completed one. */
  readonly misses: number;
  readonly session: SessionRecord | null;
}

/** Where a user's recoveries lie, and where it says whose a session is. */
export const recoveryDoc = {
  user: (user: string): string => `recovery/${user}`,
  session: (sessionId: string): string => `recovery-session/${sessionId}`,
} as const;

/** The document's value: the record, and a MAC over it and its version, so that a row that others wrote is not taken for ours. */
export function sealRecord(mac: Mac, tenant: string, record: UserRecord, version: number): Json {
  return { v: 1, record, mac: recordMac(mac, tenant, record, version) } as unknown as Json;
}

/** @throws STORE_CORRUPT where the row is not what was written at its version */
export function openRecord(mac: Mac, tenant: string, user: string, doc: Doc): UserRecord {
  const value = doc.value as { readonly v?: unknown; readonly record?: UserRecord; readonly mac?: unknown } | null;
  if (typeof value === 'object' && value !== null && value.v === 1 && typeof value.record === 'object' && value.record !== null) {
    const expected = recordMac(mac, tenant, value.record, doc.version);
    if (constantTimeEqual(expected, value.mac as string) && value.record.user === user) return value.record;
  }
  throw new CastellanError('STORE_CORRUPT', { message: 'The record of a recovery is not one that was written here.', details: { user } });
}

/** True where no guess is left for a step that was not answered. */
export function isUsedUp(step: StepRecord, maxAttempts: number): boolean {
  return step.verifiedAtMs === null && step.attempts >= maxAttempts;
}

function recordMac(mac: Mac, tenant: string, record: UserRecord, version: number): string {
  return mac(canonicalize(['castellan.recovery.record.v1', tenant, version, record]));
}
