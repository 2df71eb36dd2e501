import { canonicalize } from '../core/canonical.ts';
import type { Decision } from '../core/decision.ts';
import { leafHash } from '../core/digest.ts';
import type { Effect } from '../core/effect.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import type { Command } from '../core/store.ts';

/** An event in the form in which it is logged: one line of canonical JSON, and its RFC 6962 leaf hash. */
export interface LogEntry {
  readonly id: string;
  readonly entry: string;
  /** SHA-256(0x00 ‖ entry), hex. */
  readonly leaf: string;
}

/** Fields of an effect that are bigint in memory and decimal strings in the log. */
const BIGINT_FIELDS = ['amount', 'max', 'value'] as const;
const DECIMAL = /^-?[0-9]{1,96}$/;

/**
 * Writes an event as a log entry.
 *
 * @throws INTERNAL where a decision is recorded under another id than its own: it could not be found again
 * @throws CANONICAL_INVALID for an event that has no canonical form
 */
export function toEntry(event: SecurityEvent): LogEntry {
  if (event.type === 'decision_made' && event.decision.id !== event.id) {
    throw new CastellanError('INTERNAL', {
      message: 'The event that records a decision carries its id.',
      details: { event: event.id, decision: event.decision.id },
    });
  }
  const entry = canonicalize(event);
  return { id: event.id, entry, leaf: leafHash(entry) };
}

/** The store command that appends an event to the log. */
export function toAppendCommand(event: SecurityEvent): Command {
  return { kind: 'log.append', ...toEntry(event) };
}

/**
 * Reads an entry of the log back, amounts as bigint: the exact inverse of how it was written.
 *
 * @param entry - one line of an export
 * @throws LOG_CORRUPT
 * @example
 * ```ts
 * import { parseEntry } from 'castellan';
 *
 * const line = '{"agent":"a1","at":1,"details":{},"id":"e1","severity":"info","tenant":"default","type":"wallet_event","v":1}';
 * console.log(parseEntry(line).type); // wallet_event
 * ```
 */
export function parseEntry(entry: string): SecurityEvent {
  let event: SecurityEvent;
  try {
    event = JSON.parse(entry) as SecurityEvent;
  } catch (cause) {
    throw corrupt('is no JSON', cause);
  }
  if (typeof event !== 'object' || event === null || event.v !== 1) throw corrupt('is no event of version 1');
  if (typeof event.id !== 'string' || typeof event.tenant !== 'string' || typeof event.type !== 'string' || !Number.isFinite(event.at))
    throw corrupt('lacks a field');
  if (event.type !== 'decision_made') return event;
  if (typeof event.decision !== 'object' || event.decision === null || !Array.isArray(event.decision.effects))
    throw corrupt('holds no decision');
  const decision: Decision = { ...event.decision, effects: event.decision.effects.map(reviveEffect) };
  return { ...event, decision };
}

/**
 * Id that an entry carries, read without parsing it; undefined where it carries none. Keys are sorted, and after the
 * event's own `id` only fields follow that cannot hold one.
 */
export function entryId(entry: string): string | undefined {
  return textAfter(entry, entry.lastIndexOf(',"id":"'), 7);
}

/** Type that an entry carries, read without parsing it. */
export function entryType(entry: string): SecurityEventType | undefined {
  return textAfter(entry, entry.lastIndexOf(',"type":"'), 9) as SecurityEventType | undefined;
}

/** Time that an entry carries, ms, read without parsing it; NaN where it carries none. */
export function entryAtMs(entry: string): number {
  const start = entry.indexOf(',"at":');
  if (start < 0) return Number.NaN;
  return Number(entry.slice(start + 6, entry.indexOf(',', start + 6)));
}

function textAfter(entry: string, start: number, skip: number): string | undefined {
  if (start < 0) return undefined;
  const end = entry.indexOf('"', start + skip);
  const text = entry.slice(start + skip, end);
  return end < 0 || text.includes('\\') ? undefined : text;
}

function reviveEffect(effect: Effect): Effect {
  const revived: Record<string, unknown> = { ...effect };
  for (const field of BIGINT_FIELDS) {
    const value = revived[field];
    if (typeof value === 'string' && DECIMAL.test(value)) revived[field] = BigInt(value);
  }
  return revived as unknown as Effect;
}

function corrupt(what: string, cause?: unknown): CastellanError {
  return new CastellanError('LOG_CORRUPT', { message: `A log entry ${what}.`, cause });
}
