import { applyStep } from '../core/doc.ts';
import type { SecurityEvent } from '../core/event.ts';
import type { EventBus } from '../core/event-bus.ts';
import type { Command, StepResult, Store } from '../core/store.ts';

/** Most events that may wait for their commit; beyond it the oldest is read back from the log instead. */
const MAX_WAITING = 16_384;

/** What the journal is made of. */
export interface JournalParts {
  readonly store: Store;
  readonly bus: EventBus;
  /** Canonical entry of an event as a `log.append` command. */
  readonly command: (event: SecurityEvent) => Command;
  /** Event of a stored entry. */
  readonly parse: (entry: string) => SecurityEvent;
}

/** Makes events durable first and public second. */
export interface Journal {
  /** The command that appends the event; it is published once a step with it has committed. */
  command(event: SecurityEvent): Command;
  /** Applies one step. */
  apply(commands: readonly Command[]): Promise<StepResult>;
  close(): void;
}

/** Creates the journal: every event that this process commits, by whichever room, reaches the bus exactly once. */
export function createJournal(parts: JournalParts): Journal {
  const waiting = new Map<string, SecurityEvent>();
  const stop = parts.store.watch((rows) => {
    for (const row of rows) {
      const event = waiting.get(row.id) ?? parts.parse(row.entry);
      waiting.delete(row.id);
      parts.bus.publish(event);
    }
  });
  return {
    command(event) {
      if (waiting.size >= MAX_WAITING) {
        const oldest = waiting.keys().next();
        if (!oldest.done) waiting.delete(oldest.value);
      }
      waiting.set(event.id, event);
      return parts.command(event);
    },
    async apply(commands) {
      let isCommitted = false;
      try {
        const result = await applyStep(parts.store, { commands });
        isCommitted = result.ok;
        return result;
      } finally {
        // An event that is committed all the same is read back from the log.
        if (!isCommitted) for (const command of commands) if (command.kind === 'log.append') waiting.delete(command.id);
      }
    },
    close: stop,
  };
}
