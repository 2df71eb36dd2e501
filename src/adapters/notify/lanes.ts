/** Work in lanes: one piece of a lane at a time, in order, and a bounded number of lanes at once. */
export interface Lanes {
  /** Runs the work when its lane and a place are free; settles as the work does. */
  run<T>(lane: string, work: () => Promise<T>): Promise<T>;
}

/** Makes lanes of which `most` move at once; whoever waits for a place gets it in the order of waiting. */
export function createLanes(most: number): Lanes {
  const lanes = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let free = most;

  const inPlace = async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes on to whoever waits longest, and is never seen as free in between.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };

  return {
    run(lane, work) {
      const turn = (lanes.get(lane) ?? Promise.resolve()).then(() => inPlace(work));
      const settled = turn.catch(() => undefined).then(() => void (lanes.get(lane) === settled && lanes.delete(lane)));
      lanes.set(lane, settled);
      return turn;
    },
  };
}
