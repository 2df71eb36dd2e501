import type { Digest, TimeMs } from '../../core/index.ts';
import type { ListReport } from './list-report.ts';
import type { ListState } from './list-update.ts';
import type { ScreeningFinding } from './verdict.ts';

/** How an account is asked about. `nowMs` is the clock's unless set. */
export interface ScreenOptions {
  readonly nowMs?: TimeMs | undefined;
  /** It is named as a token that is moved, and neither gets money or rights nor is called. */
  readonly tokenOnly?: boolean | undefined;
}

/** Which version of a list is in force. */
export interface ListVersion {
  readonly list: string;
  /** Of the signed update that it stands on; null where nobody signs it. */
  readonly sequence: number | null;
  /** Of that update; of the bytes where nobody signs it. */
  readonly digest: Digest;
  readonly loadedMs: TimeMs;
  /** When the whole list ends. */
  readonly expiresMs: TimeMs | null;
}

/** All lists as they stood at one moment: what is loaded or let go afterwards has no effect on it. */
export interface ScreeningView {
  /** What the lists said of an account, in any spelling. @throws ADDRESS_INVALID */
  screen(address: string, options?: ScreenOptions): ScreeningFinding;
  readonly lists: readonly ListVersion[];
}

/** Makes durable what is about to be in force; what it throws refuses the list. `state` is null where nobody signs it. */
export type RecordList = (report: ListReport, state: ListState | null) => Promise<void>;
