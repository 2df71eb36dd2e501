import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import type { Store } from '../core/store.ts';
import { entryType, parseEntry } from './entry.ts';

/** What other processes on the store append to the log, which this one is not told by its own commits. */
export interface OtherProcesses {
  /** Events of these types since the last call, oldest first. What a call that broke off has not handed out comes again. */
  read(types: ReadonlySet<SecurityEventType>): AsyncIterable<SecurityEvent>;
  /** Stops following. */
  close(): void;
}

interface Range {
  from: number;
  readonly to: number;
}

const BATCH = 1_000;

/** Follows the log from its present end. Own commits tell their positions: every gap between them is somebody else's. */
export async function followOthers(store: Store): Promise<OtherProcesses> {
  let next = (await store.logHead()).size;
  const ranges: Range[] = [];
  const upTo = (index: number): void => {
    if (index > next) ranges.push({ from: next, to: index });
    next = Math.max(next, index);
  };
  const unwatch = store.watch((rows) => {
    for (const { index } of rows) {
      upTo(index);
      next = Math.max(next, index + 1);
    }
  });
  return {
    async *read(types) {
      upTo((await store.logHead()).size);
      for (let range = ranges[0]; range !== undefined; range = ranges[0]) {
        const rows = await store.log(range.from, Math.min(BATCH, range.to - range.from));
        for (const row of rows) {
          range.from = row.index + 1;
          const type = entryType(row.entry);
          if (type !== undefined && types.has(type)) yield parseEntry(row.entry);
        }
        if (rows.length === 0 || range.from >= range.to) ranges.shift();
      }
    },
    close: unwatch,
  };
}
