import { canonicalize } from '../../core/canonical.ts';
import { parseChainId } from '../../core/chain-id.ts';
import { taggedDigest } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { SecurityEvent, SecurityEventType } from '../../core/event.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { OUTSIDE_EVENT } from '../outside/outside-event.ts';
import { type Moment, parseMoment } from './moment.ts';

/**
 * What to look for. Fields left out match everything; all that are given must match, each by any one of its values; an
 * empty list matches nothing. Unknown fields are refused: a misspelt one would widen the search.
 */
export interface AuditFilter {
  /** Time range of the entries, both ends included. */
  readonly startDate?: Moment | undefined;
  readonly endDate?: Moment | undefined;
  /** The same in ms since the epoch. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Names as entries carry them, such as `transaction_denied`; an own type such as `decision_made`; or the name an outside event was logged under. */
  readonly eventTypes?: OneOrMore<string> | undefined;
  /** Types of the log's own events. */
  readonly types?: OneOrMore<SecurityEventType | typeof OUTSIDE_EVENT> | undefined;
  /** Ids of agents, approvers and outside actors. */
  readonly actors?: OneOrMore<string> | undefined;
  /** Agents by castellan's own word; no outside event matches. */
  readonly agents?: OneOrMore<string> | undefined;
  readonly severity?: OneOrMore<SecurityEvent['severity']> | undefined;
  /** `castellan` for what it decided and did itself, `outside` for what it was told. */
  readonly sources?: OneOrMore<'castellan' | 'outside'> | undefined;
  /** Decisions by their verdict. */
  readonly status?: OneOrMore<Verdict> | undefined;
  /** Reason codes of decisions and refusals. */
  readonly reasonCodes?: OneOrMore<ReasonCode> | undefined;
  /** Chain ids in any accepted spelling. */
  readonly chains?: OneOrMore<string> | undefined;
  /** What it does: an action such as `transfer`, or the kind of any decoded effect, such as `allowance`. */
  readonly kinds?: OneOrMore<string> | undefined;
  readonly requestId?: string | undefined;
  readonly decisionId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Entries wanted, 1–1,000. Default 100. */
  readonly limit?: number | undefined;
  /** Where an earlier answer to the same filter stopped. */
  readonly cursor?: string | undefined;
}

/** A value, or a list of them. */
export type OneOrMore<T> = T | readonly T[];

/** A filter after checking: times in ms, lists as sets, chains in their canonical spelling. */
export interface ParsedFilter {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly lists: { readonly [Name in ListName]?: ReadonlySet<string> };
  readonly words: { readonly [Name in WordName]?: string };
  readonly limit: number;
  readonly cursor: string | undefined;
  /** Digest of everything but limit and cursor: cursors are bound to it. */
  readonly digest: string;
}

const LISTS = ['eventTypes', 'types', 'actors', 'agents', 'severity', 'sources', 'status', 'reasonCodes', 'chains', 'kinds'] as const;
const WORDS = ['requestId', 'decisionId', 'sessionId'] as const;
export type ListName = (typeof LISTS)[number];
export type WordName = (typeof WORDS)[number];

const FIELDS: ReadonlySet<string> = new Set([...LISTS, ...WORDS, 'startDate', 'endDate', 'fromMs', 'toMs', 'limit', 'cursor']);
const CLOSED: { readonly [Name in ListName]?: ReadonlySet<string> } = {
  severity: new Set<SecurityEvent['severity']>(['info', 'warning', 'error', 'critical']),
  sources: new Set(['castellan', 'outside']),
  status: new Set<Verdict>(['approved', 'escalated', 'denied']),
};
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
/** Values in one list; each entry is compared with a set, so this bounds only the filter itself. */
const MAX_VALUES = 1_000;
const MAX_TEXT = 256;

/** Checks a filter. @throws REQUEST_INVALID naming the field */
export function parseFilter(filter: AuditFilter = {}): ParsedFilter {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) throw wrong('filter', 'is no object');
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Record<string, unknown>;
  for (const name of Object.keys(given)) if (!FIELDS.has(name)) throw wrong(name.slice(0, 64), 'is no field of a filter');
  const fromMs = readTime(given, 'startDate', 'fromMs');
  const toMs = readTime(given, 'endDate', 'toMs');
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) throw wrong('endDate', 'is before startDate');
  const lists: { [Name in ListName]?: ReadonlySet<string> } = {};
  for (const name of LISTS) if (given[name] !== undefined) lists[name] = readList(name, given[name]);
  const words: { [Name in WordName]?: string } = {};
  for (const name of WORDS) if (given[name] !== undefined) words[name] = readText(name, given[name]);
  const { limit = DEFAULT_LIMIT, cursor } = given;
  if (!Number.isSafeInteger(limit) || (limit as number) < 1 || (limit as number) > MAX_LIMIT)
    throw wrong('limit', `is not 1 to ${MAX_LIMIT}`);
  if (cursor !== undefined && (typeof cursor !== 'string' || cursor.length > 64)) throw wrong('cursor', 'is malformed');
  const spelled = Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, [...values].sort()]));
  const digest = taggedDigest('castellan.audit-filter.v1', canonicalize({ fromMs, toMs, ...spelled, ...words }));
  return { fromMs, toMs, lists, words, limit: limit as number, cursor, digest };
}

/** The cursor of a position in the answers to a filter. */
export function toCursor(filter: ParsedFilter, position: number): string {
  return `${position}.${filter.digest.slice(0, 16)}`;
}

/** Position that a cursor stands for. @throws REQUEST_INVALID for one of another filter, beyond the log, or malformed */
export function readCursor(filter: ParsedFilter, size: number): number {
  if (filter.cursor === undefined) return size;
  const [, position, digest] = /^(0|[1-9][0-9]{0,14})\.([0-9a-f]{16})$/.exec(filter.cursor) ?? [];
  if (position === undefined || Number(position) > size) throw wrong('cursor', 'is malformed');
  if (digest !== filter.digest.slice(0, 16)) throw wrong('cursor', 'belongs to another filter');
  return Number(position);
}

function readTime(given: Record<string, unknown>, date: string, ms: string): number | undefined {
  if (given[date] !== undefined && given[ms] !== undefined) throw wrong(ms, `is given beside ${date}`);
  if (given[date] !== undefined) return parseMoment(given[date], date);
  if (given[ms] === undefined) return undefined;
  if (typeof given[ms] !== 'number') throw wrong(ms, 'is no number of ms');
  return parseMoment(given[ms], ms);
}

function readList(name: ListName, value: unknown): ReadonlySet<string> {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > MAX_VALUES) throw wrong(name, `has more than ${MAX_VALUES} values`);
  return new Set(
    values.map((item) => {
      const text = readText(name, item);
      if (CLOSED[name]?.has(text) === false) throw wrong(name, 'has a value that it cannot have');
      return name === 'chains' ? chainOf(text) : text;
    }),
  );
}

function readText(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT || !value.isWellFormed())
    throw wrong(name, `is not 1 to ${MAX_TEXT} characters`);
  return value;
}

function chainOf(text: string): string {
  try {
    return parseChainId(text);
  } catch (error) {
    if (isCastellanError(error)) throw wrong('chains', 'has a value that is no chain id');
    throw error;
  }
}

/** The error for a field of a search. */
export function wrong(field: string, what: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: `The ${field} of an audit search ${what}.`, details: { field } });
}
