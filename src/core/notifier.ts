import type { SecurityEvent, SecurityEventType } from './event.ts';
import type { TimeMs } from './ids.ts';

/** What a person is told about an event, or about several at once: plain text, bounded, without secrets. */
export interface Notice {
  readonly v: 1;
  /** The same at every attempt to deliver it: whoever gets it twice knows it by this. */
  readonly id: string;
  readonly at: TimeMs;
  readonly tenant: string;
  readonly severity: SecurityEvent['severity'];
  /** One line of printable ASCII, at most 120 characters. */
  readonly title: string;
  /** Lines of printable ASCII, at most 4,096 characters; everything else is written as code points. */
  readonly text: string;
  /** The event it tells of; null for a summary of several. */
  readonly event: { readonly id: string; readonly type: SecurityEventType; readonly agent: string | null } | null;
  /** Events it stands for. */
  readonly count: number;
}

/** Brings notices to people. It may be slow, fail, or never answer: what cannot be delivered is tried again by its caller. */
export interface Notifier {
  /** Stable over restarts, and without secrets: deliveries are remembered by it. 1 to 128 of `[A-Za-z0-9_.:-]`. */
  readonly id: string;
  /**
   * Resolves once the notice is accepted at the other end. Idempotent by the notice's id where the other end is.
   * @throws NOTIFICATION_FAILED, TIMEOUT, PEER_MISSING
   */
  notify(notice: Notice, signal?: AbortSignal): Promise<void>;
}
