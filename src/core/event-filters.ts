import { filter, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
import type { EventOf, EventSeverity, SecurityEvent, SecurityEventType } from './event.ts';
import type { AgentId } from './ids.ts';

/**
 * Lets events of these types pass, typed as what they are. Without a type nothing passes.
 *
 * @param types - names of events
 * @returns an operator for `events$.pipe`
 * @example
 * ```ts
 * import { ofType, type SecurityEvent } from 'castellan';
 * import { from } from 'rxjs';
 *
 * const base = { v: 1, id: 'e-1', tenant: 'acme', at: 1_700_000_000_000, agent: 'a1', severity: 'info', details: {} } as const;
 * const events$ = from<SecurityEvent[]>([{ ...base, type: 'health_changed' }, { ...base, type: 'wallet_event' }]); // in practice `security.events$`
 * events$.pipe(ofType('wallet_event')).subscribe(({ type }) => console.log(type)); // wallet_event
 * ```
 */
export function ofType<Type extends SecurityEventType>(...types: readonly Type[]): OperatorFunction<SecurityEvent, EventOf<Type>> {
  const wanted = new Set<SecurityEventType>(types);
  return filter((event: SecurityEvent): event is EventOf<Type> => wanted.has(event.type));
}

/**
 * Lets the events that concern one agent pass. Those that concern everybody, such as a kill, are not among them.
 *
 * @param agentId - compared exactly
 * @returns an operator for `events$.pipe` that keeps the type of what it is given
 * @example
 * ```ts
 * import { ofAgent, type SecurityEvent } from 'castellan';
 * import { from } from 'rxjs';
 *
 * const base = { v: 1, id: 'e-1', tenant: 'acme', at: 1_700_000_000_000, severity: 'info', type: 'health_changed', details: {} } as const;
 * const events$ = from<SecurityEvent[]>([{ ...base, agent: 'a1' }, { ...base, agent: 'a2' }]); // in practice `security.events$`
 * events$.pipe(ofAgent('a1')).subscribe(({ agent }) => console.log(agent)); // a1
 * ```
 */
export function ofAgent<Event extends SecurityEvent = SecurityEvent>(agentId: AgentId): MonoTypeOperatorFunction<Event> {
  return filter((event: Event) => event.agent === agentId);
}

/**
 * Lets events of these severities pass, and no others: name each, as in `ofSeverity('error', 'critical')`.
 *
 * @param severities - `info`, `warning`, `error` or `critical`
 * @returns an operator for `events$.pipe` that keeps the type of what it is given
 * @example
 * ```ts
 * import { ofSeverity, type SecurityEvent } from 'castellan';
 * import { from } from 'rxjs';
 *
 * const base = { v: 1, id: 'e-1', tenant: 'acme', at: 1_700_000_000_000, agent: null, type: 'health_changed', details: {} } as const;
 * const events$ = from<SecurityEvent[]>([{ ...base, severity: 'info' }, { ...base, severity: 'critical' }]); // in practice `security.events$`
 * events$.pipe(ofSeverity('error', 'critical')).subscribe(({ severity }) => console.log(severity)); // critical
 * ```
 */
export function ofSeverity<Event extends SecurityEvent = SecurityEvent>(
  ...severities: readonly EventSeverity[]
): MonoTypeOperatorFunction<Event> {
  const wanted = new Set<EventSeverity>(severities);
  return filter((event: Event) => wanted.has(event.severity));
}
