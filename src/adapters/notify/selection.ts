import type { SecurityEvent, SecurityEventType } from '../../core/event.ts';
import type { Notice } from '../../core/notifier.ts';
import { isAtLeast } from './flood.ts';

/** Marks events of the outbox itself, in their `details.part`. */
export const NOTIFICATIONS = 'notifications';

/** True for an event in which the outbox tells that it gave a notice up. */
export function isOwnEvent(event: SecurityEvent): boolean {
  return event.type === 'health_changed' && event.details['part'] === NOTIFICATIONS;
}

/** Which events people are told of. */
export interface Selection {
  /** Who is told of this event: some of the notifiers, or none. */
  of(event: SecurityEvent): readonly string[];
  /** False only where a canonical entry surely tells of nothing that is selected; read without parsing it. */
  mayMatter(entry: string): boolean;
}

/**
 * Makes the selection: the types that are listed, or what is at least of this severity. A denied decision is left to its
 * `policy_rejected`, which says the same. That a notice was given up is told to the other notifiers, once and no further.
 */
export function createSelection(options: {
  readonly tenant: string;
  readonly types: readonly SecurityEventType[] | undefined;
  readonly minSeverity: Notice['severity'];
  readonly notifiers: readonly string[];
}): Selection {
  const { tenant, minSeverity, notifiers } = options;
  const types: ReadonlySet<string> | undefined = options.types === undefined ? undefined : new Set(options.types);
  return {
    of(event) {
      if (event.tenant !== tenant) return [];
      if (event.type === 'health_changed' && isOwnEvent(event)) {
        const { about, notifier } = event.details;
        return about === 'delivery' ? [] : notifiers.filter((id) => id !== notifier);
      }
      if (types !== undefined) return types.has(event.type) ? notifiers : [];
      if (event.type === 'decision_made' && event.decision.verdict === 'denied') return [];
      return isAtLeast(event.severity, minSeverity) ? notifiers : [];
    },
    mayMatter(entry) {
      const type = lastText(entry, ',"type":"');
      if (type === 'health_changed' || type === undefined) return true;
      if (types !== undefined) return types.has(type);
      const severity = lastText(entry, ',"severity":"');
      return severity === undefined || isAtLeast(severity as Notice['severity'], minSeverity);
    },
  };
}

/** Value of a top-level field near an entry's end: keys are sorted, and after these no nested object follows. */
function lastText(entry: string, name: string): string | undefined {
  const start = entry.lastIndexOf(name);
  if (start < 0) return undefined;
  const end = entry.indexOf('"', start + name.length);
  return end < 0 ? undefined : entry.slice(start + name.length, end);
}
