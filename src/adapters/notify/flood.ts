import type { SecurityEvent, SecurityEventType } from '../../core/event.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Notice } from '../../core/notifier.ts';
import { instant, titleOf } from './notice.ts';
import { plainLine, plainText } from './plain-text.ts';

type Severity = Notice['severity'];

/** Kinds of events that a summary counts apart; the rest is counted together. */
const MAX_GROUPS = 20;
/** How long one window is, ms. */
export const FLOOD_WINDOW_MS = 60_000;

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2, critical: 3 };

/** Events that were not told one by one. */
export interface HeldEvents {
  readonly count: number;
  readonly severity: Severity;
  readonly fromMs: TimeMs;
  readonly toMs: TimeMs;
  /** How many by `type agent`. */
  readonly groups: Readonly<Record<string, number>>;
}

/** What was told in this minute, and what is held back for a summary. As it is stored. */
export interface FloodWindow {
  readonly startMs: TimeMs;
  /** Notices told in this window by severity: a flood of warnings leaves room for what is worse. */
  readonly told: Readonly<Record<Severity, number>>;
  readonly held: HeldEvents | null;
}

/** True where `severity` is at least `least`. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  // Whatever is no severity of ours is told.
  return (RANK[severity] ?? RANK.critical) >= RANK[least];
}

/** An empty window. */
export function newWindow(nowMs: TimeMs): FloodWindow {
  return { startMs: nowMs, told: { info: 0, warning: 0, error: 0, critical: 0 }, held: null };
}

/** True once the window is over; a clock that was set back ends it, too. */
export function isOver(window: FloodWindow, nowMs: TimeMs): boolean {
  return !(nowMs >= window.startMs && nowMs < window.startMs + FLOOD_WINDOW_MS);
}

/** Whether one more event of this severity may be told on its own. */
export function hasRoom(window: FloodWindow, severity: Severity, mostPerMinute: number): boolean {
  return (window.told[severity] ?? 0) < mostPerMinute;
}

/** The window after one more notice. */
export function withTold(window: FloodWindow, severity: Severity): FloodWindow {
  return { ...window, told: { ...window.told, [severity]: (window.told[severity] ?? 0) + 1 } };
}

/** The window after one more event that waits for the summary. */
export function withHeld(window: FloodWindow, event: Pick<SecurityEvent, 'type' | 'agent' | 'severity' | 'at'>): FloodWindow {
  const { held } = window;
  const known = held?.groups ?? {};
  const name = `${event.type} ${event.agent ?? '-'}`;
  const group = Object.hasOwn(known, name) || Object.keys(known).length < MAX_GROUPS ? name : 'others';
  return {
    ...window,
    held: {
      count: (held?.count ?? 0) + 1,
      severity: held !== null && isAtLeast(held.severity, event.severity) ? held.severity : event.severity,
      fromMs: Math.min(held?.fromMs ?? event.at, event.at),
      toMs: Math.max(held?.toMs ?? event.at, event.at),
      groups: { ...known, [group]: (Object.hasOwn(known, group) ? (known[group] ?? 0) : 0) + 1 },
    },
  };
}

/** One notice for all events that were held back. */
export function summaryOf(held: HeldEvents, facts: { readonly id: string; readonly at: TimeMs; readonly tenant: string }): Notice {
  const groups = Object.entries(held.groups).sort(([, a], [, b]) => b - a);
  const lines = [
    `${held.count} further events came faster than they are told one by one.`,
    '',
    `from: ${instant(held.fromMs)}`,
    `to: ${instant(held.toMs)}`,
    `worst severity: ${held.severity}`,
    `tenant: ${plainLine(facts.tenant, 64)}`,
    '',
    ...groups.map(([name, count]) => `${count} x ${plainLine(name, 120)}`),
    '',
    'Each of them is in the audit log.',
  ];
  return {
    v: 1,
    ...facts,
    severity: held.severity,
    title: titleOf(held.severity, `${held.count} further events`),
    text: plainText(lines.join('\n'), 4_096),
    event: null,
    count: held.count,
  };
}

/** Types that can be asked for: checkpoints are published and not logged, and only what is logged is never lost. */
export type NotifiableType = Exclude<SecurityEventType, 'audit_checkpoint'>;
