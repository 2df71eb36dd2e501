import { sha256Hex } from '../../core/digest.ts';
import { parseDoc } from '../../core/doc.ts';
import { CastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Notice, Notifier } from '../../core/notifier.ts';
import type { Json } from '../../core/store.ts';
import { type FloodWindow, newWindow } from './flood.ts';

/** How far one notice is with one notifier. */
export interface Delivery {
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  /** Not tried again before. */
  readonly nextMs: TimeMs;
  /** Code and reason of the last failure. */
  readonly error: string | null;
}

/** A notice at rest, until every notifier has it or was given up. */
export interface OutboxRecord {
  readonly v: 1;
  readonly notice: Notice;
  readonly storedMs: TimeMs;
  /** `delivery`: it tells that another notice was given up, and its own failure is not told on. */
  readonly about: 'event' | 'delivery';
  readonly deliveries: Readonly<Record<string, Delivery>>;
}

/** How far the log has been read, and the window against floods: one document, so that each event is stored once. */
export interface OutboxState {
  readonly v: 1;
  /** Index of the first log entry that was not looked at. */
  readonly next: number;
  readonly window: FloodWindow;
}

/** Names of the documents of one tenant's outbox. */
export interface OutboxKeys {
  readonly state: string;
  readonly lease: string;
  notice(id: string): string;
  dead(id: string): string;
}

/** Spells the documents' names. Ids that are no names become digests. */
export function outboxKeys(tenant: string): OutboxKeys {
  const name = (id: string): string => (/^[A-Za-z0-9_.-]{1,128}$/.test(id) || id === '' ? id : sha256Hex(id.toWellFormed()));
  return {
    state: `notify/${tenant}/state`,
    lease: `notify/${tenant}/lease`,
    notice: (id) => `notify/${tenant}/notice/${name(id)}`,
    dead: (id) => `notify/${tenant}/dead/${name(id)}`,
  };
}

/** A fresh record, pending with each of these. */
export function newRecord(notice: Notice, about: OutboxRecord['about'], notifiers: readonly string[], nowMs: TimeMs): OutboxRecord {
  const pending: Delivery = { state: 'pending', attempts: 0, nextMs: 0, error: null };
  return { v: 1, notice, storedMs: nowMs, about, deliveries: Object.fromEntries(notifiers.map((id) => [id, pending])) };
}

/** What is stored. @throws STORE_CORRUPT */
export function parseRecord(value: Json, key: string): OutboxRecord {
  const record = value as unknown as Partial<OutboxRecord> | null;
  if (record?.v !== 1 || typeof record.notice?.id !== 'string' || typeof record.deliveries !== 'object' || record.deliveries === null)
    throw new CastellanError('STORE_CORRUPT', { message: 'A stored notice is none.', details: { key } });
  return record as OutboxRecord;
}

/** Rows of a scan as records. One that is none keeps nobody from the others. */
export function readRows(
  rows: readonly { readonly key: string; readonly value: Json }[],
  onFault: (error: unknown) => void = () => undefined,
): readonly OutboxRecord[] {
  return rows.flatMap(({ key, value }) => {
    try {
      return [parseRecord(parseDoc(value, key).value, key)];
    } catch (error) {
      onFault(error);
      return [];
    }
  });
}

/** What is stored. @throws STORE_CORRUPT */
export function parseState(value: Json, key: string): OutboxState {
  const state = value as unknown as Partial<OutboxState> | null;
  if (state?.v !== 1 || !Number.isSafeInteger(state.next) || (state.next ?? -1) < 0 || typeof state.window?.told !== 'object')
    throw new CastellanError('STORE_CORRUPT', { message: 'The stored place in the log is none.', details: { key } });
  return state as OutboxState;
}

/** The state of an outbox that begins here. */
export function firstState(next: number, nowMs: TimeMs): OutboxState {
  return { v: 1, next, window: newWindow(nowMs) };
}

/** Ids under which deliveries are remembered. @throws CONFIG_INVALID where one is none, or stands for two */
export function checkNotifierIds(notifiers: readonly Notifier[]): readonly string[] {
  const ids = notifiers.map(({ id }) => id);
  if (
    new Set(ids).size !== ids.length ||
    !ids.every((id) => typeof id === 'string' && /^[A-Za-z0-9_.:-]{1,128}$/.test(id) && id !== '__proto__')
  )
    throw new CastellanError('CONFIG_INVALID', { message: 'Each notifier has an id of its own.', details: { problems: ['notifiers'] } });
  return ids;
}
