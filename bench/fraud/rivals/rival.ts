import type { StreamRow } from '../read-streams.ts';

/** A detector that others use: it sees one wallet's own actions in order, and scores each before it learns it. */
export interface Rival {
  readonly name: string;
  /** Alarms above this, as its users set it. */
  readonly threshold: number;
  /** A memory for one wallet: the score of an action, and the action learnt. */
  readonly start: () => (row: StreamRow) => number;
}

/** Scores of all rows that are counted. Other rows are learnt, too, where the wallet acted itself. */
export function scoreByRival({ start }: Rival, stream: readonly StreamRow[]): Float64Array {
  const memories = new Map<string, (row: StreamRow) => number>();
  const scores: number[] = [];
  for (const row of stream) {
    if (!row.isOwn) continue;
    const memory = memories.get(row.wallet) ?? start();
    memories.set(row.wallet, memory);
    const score = memory(row);
    if (row.isScored) scores.push(score);
  }
  return Float64Array.from(scores);
}
