import {
  applyStep,
  CastellanError,
  type Clock,
  type Command,
  type HaltState,
  type Json,
  newId,
  parseDoc,
  type Random,
  type Reason,
  type RecoveryReason,
  readDoc,
  type SecurityEvent,
  type Store,
  storeKey,
  type TimeMs,
} from '../../core/index.ts';
import type { Mac } from './one-time-code.ts';
import { openRecord, recoveryDoc, type SessionRecord, sealRecord, type UserRecord } from './recovery-record.ts';

/** What the book of recoveries is kept with. */
export interface BookParts {
  readonly store: Store;
  readonly tenant: string;
  readonly mac: Mac;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  readonly readHalt: () => Promise<HaltState>;
  readonly locallyHalted: () => boolean;
}

/** The two times of a moment: what lateness closes goes by the later, what it opens by the earlier. */
export interface Moment {
  readonly closeMs: TimeMs;
  readonly openMs: TimeMs;
  /** True where host and store are over 2 s apart: nothing goes forward then. */
  readonly skewed: boolean;
}

/** A user's record with its session, as read. */
export interface Found {
  readonly record: UserRecord;
  readonly session: SessionRecord;
  readonly version: number;
}

/** What to write of what was found, and what to answer once it is durable. Without `write` nothing is written. */
export interface Plan<T> {
  readonly answer: T;
  readonly write?: { readonly record: UserRecord; readonly commands: readonly Command[] };
  /** The answer to a refusal of the store other than a lost race; undefined where there is none. */
  readonly refused?: (reason: Reason) => T | undefined;
}

/** Reads and rewrites what is known of recoveries, each change in one step with its log entry. */
export interface RecoveryBook {
  moment(): Promise<Moment>;
  /** Resolves where a recovery may go forward now. @throws HALTED, CLOCK_SKEW, STORE_UNAVAILABLE */
  checkForward(): Promise<Moment>;
  readUser(user: string): Promise<{ readonly record: UserRecord; readonly version: number }>;
  /** @throws RECOVERY_UNKNOWN, STORE_CORRUPT */
  find(sessionId: string): Promise<Found>;
  all(): AsyncGenerator<UserRecord>;
  put(record: UserRecord, ifVersion: number): Command;
  tell(type: 'incident_event' | 'key_event', severity: SecurityEvent['severity'], details: Readonly<Record<string, Json>>): Command;
  /** The log entry of an event of any type. */
  tellEvent(make: (base: EventBase) => SecurityEvent): Command;
  /** Plans on the very state that is replaced; planned anew where another writer came first. */
  change<T>(sessionId: string, plan: (found: Found) => Promise<Plan<T>> | Plan<T>): Promise<T>;
}

type EventBase = Pick<SecurityEvent, 'v' | 'id' | 'tenant' | 'at' | 'agent'>;

/** Attempts against concurrent writers: each loses only to one that won. */
const ATTEMPTS = 32;
const MAX_SKEW_MS = 2_000;
const PAGE = 500;
const SESSION_ID = /^[0-9a-f]{28}$/;
/** Others came first: the state has to be looked at again. */
const LOST_RACE: ReadonlySet<string> = new Set(['version_conflict', 'epoch_changed']);

/** Opens the book over a store. */
export function createRecoveryBook(parts: BookParts): RecoveryBook {
  const { store, tenant, mac, clock, random, command, readHalt, locallyHalted } = parts;

  const tellEvent: RecoveryBook['tellEvent'] = (make) => {
    const at = clock.nowMs();
    return command(make({ v: 1, id: newId(random, at), tenant, at, agent: null }));
  };
  const readUser: RecoveryBook['readUser'] = async (user) => {
    const doc = await readDoc(store, recoveryDoc.user(user));
    if (doc === undefined) return { record: { user, misses: 0, session: null }, version: 0 };
    return { record: openRecord(mac, tenant, user, doc), version: doc.version };
  };
  const book: RecoveryBook = Object.freeze({
    async moment(): Promise<Moment> {
      const storeMs = await store.now();
      const hostMs = clock.nowMs();
      return {
        closeMs: Math.max(hostMs, storeMs),
        openMs: Math.min(hostMs, storeMs),
        skewed: !(Math.abs(hostMs - storeMs) <= MAX_SKEW_MS),
      };
    },
    async checkForward(): Promise<Moment> {
      if (locallyHalted() || (await readHalt()).kill !== null)
        throw new CastellanError('HALTED', { message: 'A stop is in force: no recovery goes forward.', retryable: true });
      const moment = await book.moment();
      if (moment.skewed) throw new CastellanError('CLOCK_SKEW', { message: 'The clocks of host and store are too far apart.' });
      return moment;
    },
    readUser,
    async find(sessionId: string): Promise<Found> {
      const known = typeof sessionId === 'string' && SESSION_ID.test(sessionId);
      const index = known ? await readDoc(store, recoveryDoc.session(sessionId)) : undefined;
      const user = (index?.value as { readonly user?: unknown } | undefined)?.user;
      if (typeof user === 'string') {
        const { record, version } = await readUser(user);
        if (record.session?.id === sessionId) return { record, session: record.session, version };
      }
      throw new CastellanError('RECOVERY_UNKNOWN', { message: 'There is no such recovery session.' });
    },
    async *all(): AsyncGenerator<UserRecord> {
      const prefix = storeKey.doc(recoveryDoc.user(''));
      let after: string | undefined;
      for (;;) {
        const rows = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
        for (const row of rows) yield openRecord(mac, tenant, row.key.slice(prefix.length), parseDoc(row.value, row.key));
        after = rows.at(-1)?.key;
        if (rows.length < PAGE || after === undefined) return;
      }
    },
    put: (record: UserRecord, ifVersion: number): Command => ({
      kind: 'doc.put',
      key: recoveryDoc.user(record.user),
      value: sealRecord(mac, tenant, record, ifVersion + 1),
      ifVersion,
    }),
    tellEvent,
    tell: (type, severity, details) => tellEvent((base) => ({ ...base, severity, type, details })),
    async change<T>(sessionId: string, plan: (found: Found) => Promise<Plan<T>> | Plan<T>): Promise<T> {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const found = await book.find(sessionId);
        const { answer, write, refused } = await plan(found);
        if (write === undefined) return answer;
        const result = await applyStep(store, { commands: [book.put(write.record, found.version), ...write.commands] });
        if (result.ok) return answer;
        if (LOST_RACE.has(result.reason.code)) continue;
        const other = refused?.(result.reason);
        if (other !== undefined) return other;
        throw storeRefused(result.reason);
      }
      throw contended();
    },
  } satisfies RecoveryBook);
  return book;
}

/** A recovery that does not open or go on. */
export function refusal(reason: RecoveryReason, message: string, more: { readonly resetsAtMs?: TimeMs } = {}): CastellanError {
  return new CastellanError('RECOVERY_REFUSED', { message, details: { reason, ...more }, retryable: more.resetsAtMs !== undefined });
}

/** The store did not take a step, and not because somebody came first. */
export function storeRefused(reason: Reason): CastellanError {
  if (reason.code === 'clock_skew') return new CastellanError('CLOCK_SKEW', { message: reason.message });
  return new CastellanError('STORE_UNAVAILABLE', { message: 'The store refused a step of a recovery.', details: { reason: reason.code } });
}

/** Others wrote the same record each time. */
export function contended(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'Others changed the same recovery each time; try again.', retryable: true });
}
