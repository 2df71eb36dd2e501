import type { SecurityEvent, SecurityEventType } from '../core/event.ts';

/** Events since a time, oldest first; how the audit log tells them. */
export type History = (range: { readonly sinceMs: number; readonly types: readonly SecurityEventType[] }) => AsyncIterable<SecurityEvent>;
