import type { Clock } from '../../../core/clock.ts';

/** So many confirmed takes of one account are told at once. */
const TOGETHER = 8;
/** Fewer wait so long for others, ms; a look that comes sooner finds them in the record. */
const WAIT_MS = 100;
/** Most that wait for others, over all accounts. */
const MAX_UNTOLD = 10_000;

/** Confirmed takes of which the counter was not told yet. */
export interface News {
  /** The record holds a take on an account. */
  add(account: string, id: string): void;
  /** True where this is not told yet, nor due. */
  holds(account: string, id: string): boolean;
  /** All of it is due. */
  tellAll(): void;
  /** What is due, by account; it counts as told. */
  take(): ReadonlyMap<string, readonly string[]>;
}

/** Nothing is known yet. `isDue` is called whenever something is. */
export function createNews(clock: Clock, isDue: () => void): News {
  let untold = new Map<string, string[]>();
  let due = new Map<string, string[]>();
  let count = 0;
  let waiting = false;
  const makeDue = (account: string, ids: readonly string[]): void => {
    const before = due.get(account);
    if (before === undefined) due.set(account, [...ids]);
    else before.push(...ids);
    count -= ids.length;
    isDue();
  };
  const tellAll = (): void => {
    const all = untold;
    untold = new Map();
    for (const [account, ids] of all) makeDue(account, ids);
  };
  const wait = (): void => {
    waiting = true;
    clock.schedule(WAIT_MS, () => {
      waiting = false;
      tellAll();
    });
  };
  return {
    add(account, id) {
      let ids = untold.get(account);
      if (ids === undefined) {
        ids = [];
        untold.set(account, ids);
      }
      ids.push(id);
      count++;
      if (ids.length >= TOGETHER) {
        untold.delete(account);
        makeDue(account, ids);
      }
      if (count >= MAX_UNTOLD) tellAll();
      else if (count > 0 && !waiting) wait();
    },
    holds: (account, id) => untold.get(account)?.includes(id) === true,
    tellAll,
    take() {
      const taken = due;
      if (taken.size > 0) due = new Map();
      return taken;
    },
  };
}
