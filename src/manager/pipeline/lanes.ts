/** Serializes work per key within this process; other processes are held off by the store. */
export interface Lanes {
  /** Runs after every earlier task of the same key has ended, however it ended. */
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
  /** Keys with work under way. */
  size(): number;
}

/** Creates lanes: one at a time per wallet, so that two requests do not build for the same slot. */
export function createLanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(task, task);
      const tail = mine.then(
        () => undefined,
        () => undefined,
      );
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return mine;
    },
    size: () => tails.size,
  };
}
