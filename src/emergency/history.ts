import type { SecurityEvent, SecurityEventType } from '../core/event.ts';

/** Events since a time, oldest first; how the audit log tells them. */
export type History = (range: { readonly sinceMs: number; readonly types: readonly SecurityEventType[] }) => AsyncIterable<SecurityEvent>;

/** What other processes log from the call on: their failures count here too. Null where there can be none. */
export type Others = () => Promise<{
  /** Events since the last call, oldest first. */
  read(types: ReadonlySet<SecurityEventType>): AsyncIterable<SecurityEvent>;
  close(): void;
} | null>;
