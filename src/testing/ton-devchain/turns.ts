/** Lets one piece of work run at a time, in the order of asking. */
export interface Turns {
  take<Value>(work: () => Promise<Value> | Value): Promise<Value>;
}

/** A failed piece of work fails its own caller only. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take<Value>(work: () => Promise<Value> | Value): Promise<Value> {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
