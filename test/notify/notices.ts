import type { Notice, SecurityEvent } from '../../src/core/index.ts';

export const TENANT = 'acme';
export const AT_MS = 1_700_000_000_000;

/** An event of the log; ids sort by number. */
export function eventOf(number: number, more: Record<string, unknown> = {}): SecurityEvent {
  return {
    v: 1,
    id: `event-${String(number).padStart(8, '0')}`,
    tenant: TENANT,
    at: AT_MS + number,
    agent: `a${number % 3}`,
    severity: 'warning',
    type: 'policy_rejected',
    details: { requestId: `r${number}`, reason: 'spend_exceeds_cap' },
    ...more,
  } as SecurityEvent;
}

/** A notice as a notifier gets it. */
export function noticeOf(more: Partial<Notice> = {}): Notice {
  return {
    v: 1,
    id: 'n1',
    at: AT_MS,
    tenant: TENANT,
    severity: 'critical',
    title: 'castellan critical: The emergency state changed: kill',
    text: 'event: emergency_changed\nreason: key seen in a log',
    event: { id: 'n1', type: 'emergency_changed', agent: null },
    count: 1,
    ...more,
  };
}
