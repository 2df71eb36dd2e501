import { canonicalize } from '../../core/canonical.ts';
import { leafHash } from '../../core/digest.ts';
import { EVENT_TYPES, type SecurityEvent } from '../../core/event.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Command, Json } from '../../core/store.ts';
import { copyOutside, malformed } from './copy-outside.ts';
import { looksSecret, REDACTED } from './looks-secret.ts';

/** Something that happened outside, as a program that is not castellan reports it. */
export interface OutsideEventInput {
  /** 1–64 of letters, digits, `_ . : -`, beginning with a letter; none of castellan's own types. */
  readonly eventType: string;
  readonly actor: OutsideParty;
  readonly action: string;
  readonly resource?: OutsideParty | undefined;
  /** Such as `success`, `failure`, `denied`, `pending`. */
  readonly outcome: string;
  readonly severity?: SecurityEvent['severity'] | undefined;
  /** Plain data: 8 levels, 512 values and 16,384 characters at most. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The same bounds; `requestId` and `sessionId` are searched by {@link AuditFilter}. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

/** Who or what an event is about. */
export interface OutsideParty {
  readonly type: string;
  readonly id: string;
}

/** What the log keeps of it. Everything but the envelope is a claim, and stands in `details`. */
export interface OutsideEvent {
  readonly v: 1;
  readonly id: string;
  readonly tenant: string;
  readonly at: TimeMs;
  /** Null: which agent it concerns is a claim, too. */
  readonly agent: null;
  readonly severity: SecurityEvent['severity'];
  readonly type: typeof OUTSIDE_EVENT;
  readonly details: {
    readonly eventType: string;
    readonly actor: OutsideParty;
    readonly action: string;
    readonly resource: OutsideParty | null;
    readonly outcome: string;
    readonly details: { readonly [name: string]: Json };
    readonly context: { readonly [name: string]: Json };
    /** Paths of values that looked like secrets and were left out. */
    readonly redacted: readonly string[];
  };
}

/** The type of every outside event in the log; no event of castellan's own has it. */
export const OUTSIDE_EVENT = 'outside_event';

const OWN_TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);

const FIELDS: ReadonlySet<string> = new Set(['eventType', 'actor', 'action', 'resource', 'outcome', 'severity', 'details', 'context']);
const SEVERITIES: ReadonlySet<string> = new Set<SecurityEvent['severity']>(['info', 'warning', 'error', 'critical']);
const NAME = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/;
/** Whole entry, canonical UTF-8. */
const MAX_BYTES = 32_768;

/**
 * Takes an outside event apart and writes it anew as the log keeps it. Time and id are ours; the caller's words stand only
 * in `details`.
 *
 * @throws REQUEST_INVALID naming the field: unknown fields, own event types, and whatever is malformed or too large
 */
export function toOutsideEvent(input: unknown, frame: { readonly id: string; readonly tenant: string; readonly at: TimeMs }): OutsideEvent {
  const given = membersOf(input, 'event');
  for (const field of Object.keys(given)) if (!FIELDS.has(field)) throw malformed('event', 'has an unknown field');
  const { eventType, severity = 'info' } = given;
  if (typeof eventType !== 'string' || !NAME.test(eventType)) throw malformed('eventType', 'is no name');
  if (OWN_TYPES.has(eventType)) throw malformed('eventType', "is one of castellan's own");
  if (typeof severity !== 'string' || !SEVERITIES.has(severity)) throw malformed('severity', 'is none');
  const redacted: string[] = [];
  const plain = (value: unknown, field: string): { readonly [name: string]: Json } => {
    if (value === undefined) return {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(field, 'is no object');
    const copied = copyOutside(value, field);
    redacted.push(...copied.redacted);
    return copied.value as { readonly [name: string]: Json };
  };
  const text = (value: unknown, field: string, name: string, most: number): string => {
    if (!isPlainText(value, most)) throw malformed(field, `is not 1 to ${most} characters of plain text`);
    if (!looksSecret(value, name)) return value;
    redacted.push(field);
    return REDACTED;
  };
  const party = (value: unknown, field: string): OutsideParty => {
    const { type, id } = membersOf(value, field);
    if (typeof type !== 'string' || !NAME.test(type)) throw malformed(`${field}.type`, 'is no name');
    return { type, id: text(id, `${field}.id`, type, 256) };
  };
  const event: OutsideEvent = {
    v: 1,
    ...frame,
    agent: null,
    severity: severity as SecurityEvent['severity'],
    type: OUTSIDE_EVENT,
    details: {
      eventType,
      actor: party(given['actor'], 'actor'),
      action: text(given['action'], 'action', 'action', 128),
      resource: given['resource'] === undefined ? null : party(given['resource'], 'resource'),
      outcome: text(given['outcome'], 'outcome', 'outcome', 64),
      details: plain(given['details'], 'details'),
      context: plain(given['context'], 'context'),
      redacted,
    },
  };
  if (Buffer.byteLength(canonicalize(event)) > MAX_BYTES) throw malformed('event', `is larger than ${MAX_BYTES} bytes`);
  return event;
}

/** The store command that appends it. */
export function appendOutside(event: OutsideEvent): Command {
  const entry = canonicalize(event);
  return { kind: 'log.append', id: event.id, entry, leaf: leafHash(entry) };
}

/** An event of the log as the outside event that it is; undefined for castellan's own. */
export function asOutsideEvent(event: { readonly type: string }): OutsideEvent | undefined {
  return event.type === OUTSIDE_EVENT ? (event as OutsideEvent) : undefined;
}

/** Own data properties, each read once. */
function membersOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(field, 'is no object');
  const members: [string, unknown][] = [];
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (!('value' in descriptor)) throw malformed(field, 'has a property that is computed when read');
    if (descriptor.value !== undefined) members.push([name, descriptor.value]);
  }
  return Object.fromEntries(members);
}

/** No control characters, and none that change the direction or look of the text around them. */
function isPlainText(value: unknown, most: number): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= most &&
    value.isWellFormed() &&
    !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value)
  );
}
