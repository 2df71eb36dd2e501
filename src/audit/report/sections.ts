import type { SecurityEvent } from '../../core/event.ts';
import type { AuditEntry } from '../search/audit-entry.ts';
import { isRiskEvent, type Violation } from './figures.ts';
import { createTally } from './tally.ts';

/** Kinds of report; they differ in the default range and in their sections. */
export type ReportType = 'daily' | 'weekly' | 'monthly' | 'incident' | 'compliance';

/** One part of a report: counts by name, and with `includeDetails` the entries behind them. */
export interface ReportSection {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  /** The first 1,000 in order of the log. */
  readonly entries?: readonly ReportLine[];
  /** Entries beyond those. */
  readonly omitted?: number;
}

/** An entry in a report; its whole is in the log, by its id. */
export type ReportLine = Pick<
  AuditEntry,
  'index' | 'id' | 'timestamp' | 'source' | 'eventType' | 'actor' | 'action' | 'outcome' | 'severity'
>;

interface SectionRule {
  readonly name: string;
  readonly in: readonly ReportType[] | 'all';
  /** Names that the entry counts under; none leaves it out. */
  readonly namesOf: (entry: AuditEntry, failed: readonly Violation[]) => readonly string[];
  /** Lists its entries where details are wanted. */
  readonly listed: boolean;
}

/** Entries listed in one section. */
const MAX_LINES = 1_000;
const CHANGES: ReadonlySet<SecurityEvent['type']> = new Set<SecurityEvent['type']>(['permission_changed', 'key_event', 'wallet_event']);
const INCIDENTS: ReadonlySet<SecurityEvent['type']> = new Set<SecurityEvent['type']>([
  'emergency_changed',
  'incident_event',
  'breaker_state',
  'fraud_detected',
  'anomaly_detected',
  'monitor_unrecorded',
  'monitor_reorg',
  'execution_failed',
]);

const isOwn = ({ source }: AuditEntry): boolean => source === 'castellan';

const RULES: readonly SectionRule[] = [
  { name: 'types', in: 'all', listed: false, namesOf: ({ event }) => [event.type] },
  { name: 'severities', in: 'all', listed: false, namesOf: (entry) => (isOwn(entry) ? [entry.severity] : []) },
  { name: 'hours', in: ['daily', 'incident'], listed: false, namesOf: ({ timestamp }) => [timestamp.slice(0, 13)] },
  { name: 'days', in: ['weekly', 'monthly', 'compliance'], listed: false, namesOf: ({ timestamp }) => [timestamp.slice(0, 10)] },
  { name: 'agents', in: 'all', listed: false, namesOf: ({ event }) => (event.agent === null ? [] : [event.agent]) },
  {
    name: 'chains',
    in: 'all',
    listed: false,
    namesOf: ({ event }) => (event.type === 'decision_made' && event.decision.chain !== null ? [event.decision.chain] : []),
  },
  {
    name: 'reasons',
    in: 'all',
    listed: false,
    namesOf: ({ event }) => (event.type === 'decision_made' ? [...new Set(event.decision.reasons.map(({ code }) => code))] : []),
  },
  { name: 'risk', in: 'all', listed: true, namesOf: (entry) => (isRiskEvent(entry) ? [entry.eventType] : []) },
  { name: 'timeline', in: ['incident'], listed: true, namesOf: ({ event }) => (INCIDENTS.has(event.type) ? [event.type] : []) },
  {
    name: 'approvals',
    in: ['compliance'],
    listed: true,
    namesOf: ({ event, outcome }) => (event.type === 'approval_requested' || event.type === 'approval_decision' ? [outcome] : []),
  },
  { name: 'changes', in: ['compliance'], listed: true, namesOf: ({ event }) => (CHANGES.has(event.type) ? [event.type] : []) },
  {
    name: 'unenforced',
    in: ['compliance'],
    listed: true,
    namesOf: ({ event }) => (event.type === 'decision_made' ? [...new Set(event.decision.unenforced)] : []),
  },
  { name: 'violations', in: 'all', listed: true, namesOf: (_, failed) => failed },
  { name: 'outside', in: 'all', listed: true, namesOf: (entry) => (isOwn(entry) ? [] : [entry.eventType]) },
];

/** Counts the sections of one type of report. */
export function createSections(
  type: ReportType,
  includeDetails: boolean,
): { readonly add: (entry: AuditEntry, failed: readonly Violation[]) => void; readonly finish: () => readonly ReportSection[] } {
  const open = RULES.filter((rule) => rule.in === 'all' || rule.in.includes(type)).map((rule) => ({
    rule,
    tally: createTally(),
    lines: [] as ReportLine[],
    omitted: 0,
  }));
  return {
    add(entry, failed) {
      for (const section of open) {
        const names = section.rule.namesOf(entry, failed);
        for (const name of names) section.tally.add(name);
        if (names.length === 0 || !section.rule.listed || !includeDetails) continue;
        if (section.lines.length < MAX_LINES) section.lines.push(toLine(entry));
        else section.omitted += 1;
      }
    },
    finish: () =>
      open.map(({ rule: { name, listed }, tally, lines, omitted }) => ({
        name,
        figures: tally.figures(),
        ...(listed && includeDetails ? { entries: lines, omitted } : {}),
      })),
  };
}

function toLine({ index, id, timestamp, source, eventType, actor, action, outcome, severity }: AuditEntry): ReportLine {
  return { index, id, timestamp, source, eventType, actor, action, outcome, severity };
}
