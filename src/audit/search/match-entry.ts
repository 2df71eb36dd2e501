import type { LogRow } from '../../core/store.ts';
import { entryAtMs, entryType } from '../entry.ts';
import { OUTSIDE_EVENT } from '../outside/outside-event.ts';
import { type AuditEntry, toAuditEntry } from './audit-entry.ts';
import type { ListName, ParsedFilter } from './audit-filter.ts';
import { OUTSIDE_PREFIX } from './describe-event.ts';

/** Looks at one row; undefined where it does not match. @throws LOG_CORRUPT */
export type EntryMatcher = (row: LogRow) => AuditEntry | undefined;

/** Makes the matcher of a filter. What can be told from the entry's text is told from it: most rows are never parsed. */
export function createMatcher(filter: ParsedFilter): EntryMatcher {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, lists, words } = filter;
  const spelled = Object.values(words).map((word) => JSON.stringify(word));
  const checks = (Object.keys(lists) as ListName[]).map((name) => {
    const wanted = lists[name] as ReadonlySet<string>;
    return (entry: AuditEntry) => valuesOf[name](entry).some((value) => wanted.has(value));
  });
  for (const [name, word] of Object.entries(words)) checks.push(({ context }) => context[name] === word);

  return (row) => {
    const atMs = entryAtMs(row.entry);
    // Not a number is no time: such an entry is parsed, and found to be corrupt.
    if (atMs < fromMs || atMs > toMs) return undefined;
    const type = entryType(row.entry);
    if (type !== undefined && !mayHaveType(filter, type)) return undefined;
    if (lists.agents !== undefined && !mayHaveAgent(row.entry, lists.agents)) return undefined;
    if (!spelled.every((word) => row.entry.includes(word))) return undefined;
    const entry = toAuditEntry(row);
    return checks.every((check) => check(entry)) ? entry : undefined;
  };
}

function mayHaveType({ lists }: ParsedFilter, type: string): boolean {
  if (lists.types?.has(type) === false) return false;
  if (lists.status !== undefined && type !== 'decision_made') return false;
  return lists.sources?.has(type === OUTSIDE_EVENT ? 'outside' : 'castellan') !== false;
}

/** Keys are sorted: an entry that is about an agent begins with its id, which holds nothing that is escaped. */
function mayHaveAgent(entry: string, agents: ReadonlySet<string>): boolean {
  const start = '{"agent":"';
  return (
    !entry.startsWith('{"agent":') || (entry.startsWith(start) && agents.has(entry.slice(start.length, entry.indexOf('"', start.length))))
  );
}

/** The values of an entry that each list is compared with. */
const valuesOf: { readonly [Name in ListName]: (entry: AuditEntry) => readonly string[] } = {
  eventTypes: ({ eventType, event, source }) =>
    source === 'outside' ? [eventType, eventType.slice(OUTSIDE_PREFIX.length)] : [eventType, event.type],
  types: ({ event }) => [event.type],
  actors: ({ actor, event }) => (event.agent === null ? [actor.id] : [actor.id, event.agent]),
  agents: ({ event }) => (event.agent === null ? [] : [event.agent]),
  severity: ({ severity }) => [severity],
  sources: ({ source }) => [source],
  status: ({ event }) => (event.type === 'decision_made' ? [event.decision.verdict] : []),
  // What an outside event says about reasons, chains and kinds is no fact of ours.
  reasonCodes: (entry) => (entry.source === 'outside' ? [] : textsOf(entry, ['reason', 'reasons'])),
  chains: (entry) => (entry.source === 'outside' ? [] : textsOf(entry, ['chain'])),
  kinds: ({ action, event, source }) =>
    source === 'outside' ? [] : event.type === 'decision_made' ? [action, ...event.decision.effects.map(({ kind }) => kind)] : [action],
};

function textsOf({ details }: AuditEntry, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (Object.hasOwn(details, name) ? [details[name]] : []).flat()).filter((value) => typeof value === 'string');
}
