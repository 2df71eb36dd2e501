import type { Clock } from '../../core/clock.ts';
import { applyStep, readDoc } from '../../core/doc.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import type { Notice } from '../../core/notifier.ts';
import type { Random } from '../../core/random.ts';
import type { Command, Json, LogRow, Store } from '../../core/store.ts';
import { hasRoom, isOver, newWindow, summaryOf, withHeld, withTold } from './flood.ts';
import { titleOf, toNotice } from './notice.ts';
import { firstState, newRecord, type OutboxKeys, type OutboxRecord, type OutboxState, parseState } from './outbox-record.ts';
import { plainLine } from './plain-text.ts';
import { isOwnEvent, type Selection } from './selection.ts';

/** What the intake needs. */
export interface IntakeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly tenant: string;
  readonly keys: OutboxKeys;
  readonly notifiers: readonly string[];
  readonly selection: Selection;
  readonly parse: (entry: string) => SecurityEvent;
  readonly mostPerMinute: number;
  /** Whether `more` further notices fit into the outbox. */
  readonly hasSpace: (more: number) => boolean;
  readonly onStored: (count: number) => void;
}

/** Turns log entries into stored notices. */
export interface Intake {
  /** Reads the log up to its end. Resolves to the events that are held back for a summary. @throws STORE_UNAVAILABLE */
  follow(): Promise<number>;
  /** Writes down how far it came, which otherwise happens with the next notice. @throws STORE_UNAVAILABLE */
  settle(): Promise<void>;
}

/** Log entries read at once. */
const PAGE = 500;
/** Notices stored in one step. */
const BATCH = 100;
/** Entries without notice after which the place is written down all the same. */
const PERSIST_EVERY = 5_000;
const ATTEMPTS = 32;

/**
 * Makes the intake. The log is the queue: the place in it moves in the very step that stores the notices, so that an
 * event is told neither never nor twice, whichever processes read, and whatever becomes of them in between.
 */
export function createIntake(options: IntakeOptions): Intake {
  const { store, clock, random, tenant, keys, notifiers, selection, parse, mostPerMinute } = options;
  /** How far this process looked, as of a version of the document. */
  let known: { readonly version: number; readonly position: number } | undefined;

  const plan = (rows: readonly LogRow[], state: OutboxState, position: number) => {
    const nowMs = clock.nowMs();
    const records: OutboxRecord[] = [];
    let { window } = state;
    if (isOver(window, nowMs)) {
      const { held } = window;
      if (held === null) window = Object.values(window.told).some((count) => count > 0) ? newWindow(nowMs) : window;
      else if (options.hasSpace(1)) {
        records.push(newRecord(summaryOf(held, { id: newId(random, nowMs), at: nowMs, tenant }), 'event', notifiers, nowMs));
        window = newWindow(nowMs);
      } else window = { ...newWindow(nowMs), held };
    }
    let next = position;
    for (const row of rows) {
      if (records.length >= BATCH) break;
      next = row.index + 1;
      if (!selection.mayMatter(row.entry)) continue;
      const read = readEvent(row);
      const targets = read.event === undefined ? notifiers : selection.of(read.event);
      if (targets.length === 0) continue;
      const { notice } = read;
      if (hasRoom(window, notice.severity, mostPerMinute) && options.hasSpace(records.length + 1)) {
        const isOwn = read.event !== undefined && isOwnEvent(read.event);
        records.push(newRecord(notice, isOwn ? 'delivery' : 'event', targets, nowMs));
        window = withTold(window, notice.severity);
      } else window = withHeld(window, read.event ?? { type: 'incident_event', agent: null, severity: 'critical', at: nowMs });
    }
    return { records, window, next };
  };

  /** An entry that cannot be read is told of, too: somebody may have seen to it that it cannot. */
  const readEvent = (row: LogRow): { readonly event: SecurityEvent | undefined; readonly notice: Notice } => {
    try {
      const event = parse(row.entry);
      return { event, notice: toNotice(event) };
    } catch {
      const at = clock.nowMs();
      const text = `Entry ${row.index} of the audit log cannot be read.\n\nid: ${plainLine(row.id, 128)}`;
      const title = titleOf('critical', 'An entry of the log cannot be read');
      return { event: undefined, notice: { v: 1, id: row.id, at, tenant, severity: 'critical', title, text, event: null, count: 1 } };
    }
  };

  const commit = async (state: OutboxState, version: number, records: readonly OutboxRecord[]): Promise<boolean> => {
    const commands: Command[] = [{ kind: 'doc.put', key: keys.state, value: state as unknown as Json, ifVersion: version }];
    for (const record of records) commands.push({ kind: 'doc.put', key: keys.notice(record.notice.id), value: record as unknown as Json });
    const result = await applyStep(store, { commands });
    if (!result.ok && result.reason.code !== 'version_conflict') throw refused(result.reason.code);
    known = result.ok ? { version: version + 1, position: state.next } : undefined;
    if (result.ok) options.onStored(records.length);
    return result.ok;
  };

  const read = async (): Promise<{ readonly state: OutboxState; readonly version: number; readonly position: number }> => {
    const doc = await readDoc(store, keys.state);
    const state = doc === undefined ? firstState((await store.logHead()).size, clock.nowMs()) : parseState(doc.value, keys.state);
    const version = doc?.version ?? 0;
    return { state, version, position: known?.version === version ? Math.max(known.position, state.next) : state.next };
  };

  return {
    async follow() {
      for (let lost = 0; lost < ATTEMPTS; ) {
        const { state, version, position } = await read();
        const rows = await store.log(position, PAGE);
        const { records, window, next } = plan(rows, state, position);
        const isNews = version === 0 || records.length > 0 || window !== state.window || next - state.next >= PERSIST_EVERY;
        if (!isNews) known = { version, position: next };
        else if (!(await commit({ v: 1, next, window }, version, records))) {
          lost += 1;
          continue;
        }
        if (rows.length < PAGE && next === position + rows.length) return window.held?.count ?? 0;
      }
      throw refused('version_conflict');
    },
    async settle() {
      const { state, version, position } = await read();
      if (position > state.next) await commit({ ...state, next: position }, version, []);
    },
  };
}

function refused(reason: string): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'The store refused notices.', details: { reason }, retryable: true });
}
