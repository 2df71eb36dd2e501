import type { Call } from '../kernel/step-queue.ts';
import type { RanGroup } from './run-group.ts';
import type { Answer, Session } from './session.ts';

/** A group that was sent to the server and is not answered yet. */
export interface Flight {
  readonly batch: readonly Call[];
  readonly ran: RanGroup;
  /** Number of the commit among those of this writer; rising. A group that writes nothing has the number of the one before. */
  readonly number: number;
  /** The stamp that the state has after it. */
  readonly stamp: string;
  readonly session: Session;
  /** True where there is something to be committed, so that a broken connection leaves a doubt. */
  readonly writes: boolean;
  /** Settles once the answer was dealt with; never rejects. */
  readonly landed: Promise<void>;
}

/**
 * A batch that has to be tried again or given up. `again`: nothing of it was committed. `doubt`: the connection broke, and it may
 * have been. `failed`: something is wrong with one of its calls, or with the server.
 */
export type Grounded = { readonly batch: readonly Call[]; readonly number: number } & (
  | { readonly kind: 'again' }
  | { readonly kind: 'doubt'; readonly ran: RanGroup }
  | { readonly kind: 'failed'; readonly error: unknown }
);

/** What the server said to a flight: `ok`, `lost` or `fenced` of the commit, or for one that writes nothing the stamp it saw. */
export function isGood(answer: Answer, flight: Pick<Flight, 'writes' | 'ran'>): boolean {
  const [[first, second] = []] = answer;
  return flight.writes ? first === 'ok' : second === flight.ran.base;
}
