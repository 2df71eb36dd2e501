import type { SecurityEvent, SecurityEventType } from '../../core/event.ts';
import type { Notice } from '../../core/notifier.ts';
import { isWithheld, plainLine, plainText } from './plain-text.ts';

/** Longest text of a notice, characters. */
export const MAX_NOTICE_TEXT = 4_096;
const MAX_LINES = 40;

const TITLES: Readonly<Record<SecurityEventType, string>> = {
  decision_made: 'A decision',
  policy_rejected: 'A request was denied',
  approval_requested: 'An approval is asked for',
  approval_decision: 'An approval was answered',
  execution_success: 'A transaction succeeded',
  execution_failed: 'A transaction failed',
  cap_warning: 'A limit is nearly used up',
  monitor_unrecorded: 'A transaction that is not ours',
  monitor_reorg: 'The chain was reorganized',
  anomaly_detected: 'Unusual behaviour',
  fraud_detected: 'A pattern of fraud',
  key_event: 'A key changed',
  permission_changed: 'Permissions changed',
  shadow_difference: 'A candidate policy decides otherwise',
  wallet_event: 'A wallet changed',
  breaker_state: 'A circuit breaker changed',
  emergency_changed: 'The emergency state changed',
  incident_event: 'An incident',
  outside_event: 'Told from outside',
  unauthorized_attempt: 'Somebody without a token was at a door',
  audit_checkpoint: 'A checkpoint',
  health_changed: 'Health changed',
};

/** What a person is told about one event. Texts that others chose stand behind their names, on one line, escaped. */
export function toNotice(event: SecurityEvent): Notice {
  const { id, type, agent, severity, tenant, at } = event;
  const what = TITLES[type] ?? 'An event';
  const emergency = type === 'emergency_changed' ? `: ${event.change.kind}` : '';
  const lines = [
    `${what}${emergency}.`,
    '',
    `event: ${plainLine(type, 40)}`,
    `severity: ${plainLine(severity, 16)}`,
    ...(agent === null ? [] : [`agent: ${plainLine(agent, 64)}`]),
    `tenant: ${plainLine(tenant, 64)}`,
    `at: ${instant(at)}`,
    `id: ${plainLine(id, 128)}`,
    '',
    ...factsOf(event).slice(0, MAX_LINES),
  ];
  return {
    v: 1,
    id,
    at,
    tenant,
    severity,
    title: titleOf(severity, agent === null ? `${what}${emergency}` : `${what}${emergency} (agent ${agent})`),
    text: plainText(lines.join('\n'), MAX_NOTICE_TEXT),
    event: { id, type, agent },
    count: 1,
  };
}

/** One line: severity first, as that is what is looked for. */
export function titleOf(severity: Notice['severity'], what: string): string {
  return plainLine(`castellan ${severity}: ${what}`, 120);
}

/** ISO 8601, or the number where it is no time. */
export function instant(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? String(atMs) : date.toISOString();
}

function factsOf(event: SecurityEvent): readonly string[] {
  if (event.type === 'decision_made') {
    const { verdict, requestId, reasons, riskScore, chain, wallet } = event.decision;
    return flatten({ verdict, requestId, chain, wallet, riskScore, reasons: reasons.map(({ code }) => code) });
  }
  if (event.type === 'emergency_changed') return [...flatten({ change: event.change, epoch: event.epoch }), ...flatten(event.details)];
  return flatten(event.details);
}

/** `name: value` lines; objects two deep. */
function flatten(fields: object, above = ''): readonly string[] {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    const shown = plainLine(`${above}${name}`, 80);
    if (lines.length > MAX_LINES) break;
    if (value === null || value === undefined) continue;
    if (isWithheld(name, value)) lines.push(`${shown}: (withheld)`);
    else if (Array.isArray(value))
      lines.push(
        `${shown}: ${plainLine(
          value
            .slice(0, 50)
            .map((item) => scalar(name, item))
            .join(', '),
          300,
        )}`,
      );
    else if (typeof value === 'object')
      lines.push(...(above.split('.').length > 2 ? [`${shown}: ...`] : flatten(value, `${above}${name}.`)));
    else lines.push(`${shown}: ${plainLine(String(value), 300)}`);
  }
  return lines;
}

function scalar(name: string, item: unknown): string {
  return typeof item === 'object' || isWithheld(name, item) ? '...' : String(item);
}
