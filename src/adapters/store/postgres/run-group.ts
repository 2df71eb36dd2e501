import type { Step, StepResult } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { type Changes, openGroup } from '../kernel/group.ts';
import type { LoggedEntry, Moment, Row } from '../kernel/rows.ts';
import { TIME_KEY, type TimeRow } from '../kernel/store-time.ts';
import type { Fetched, KnownRows } from './known-rows.ts';
import { likelyKeys } from './prefetch.ts';

/** A group that was run over one state, complete: every row that it asked for was there or known to be absent. */
export interface RanGroup {
  /** Names the state that it builds on. */
  readonly base: string;
  readonly results: readonly StepResult[];
  readonly changes: Changes;
  readonly halt: Row | undefined;
  /** True where the state has no row under this key. */
  isNew(key: string): boolean;
}

/** What running a group needs. */
export interface GroupScene {
  readonly known: KnownRows;
  /** The two times, given what the store remembers of time. */
  readTime(row: TimeRow | undefined): Moment;
  /** Reads keys and entry ids of one state. */
  fetchRows(keys: readonly string[], ids: readonly string[]): Promise<Fetched>;
}

/** The state moved on under a group again and again: others are writing, and only the lock brings it to its turn. */
export class StateMoved extends Error {}

/** How often a group follows a state that moves before it gives up. */
const MAX_MOVES = 3;

/**
 * Runs steps over what is known, fetches what they asked for and was not known, and runs them anew, until nothing is missing.
 * Each round learns at least one key, or finds that another process wrote.
 * @throws StateMoved; what a step throws
 */
export async function runGroup(scene: GroupScene, steps: readonly Step[]): Promise<RanGroup> {
  const { known } = scene;
  const pinned = new Map<string, Row | null>();
  const entries = new Map<string, LoggedEntry | null>();
  const lookUp = (key: string): Row | null | undefined => {
    const kept = pinned.get(key);
    const row = kept === undefined ? known.get(key) : kept;
    if (row !== undefined) pinned.set(key, row);
    return row;
  };
  const unknownOf = (some: Iterable<string>): Set<string> => new Set([...some].filter((key) => lookUp(key) === undefined));
  let base = known.stamp();
  // Mostly all is known, and running the steps is the cheapest way to find out. Not without the store's time, though: what the clock shows
  // is only taken in beside it.
  let guessed = lookUp(TIME_KEY) === undefined;
  let keys: ReadonlySet<string> = guessed ? unknownOf(likelyKeys(steps)) : new Set();
  let ids: ReadonlySet<string> = new Set();
  let moves = 0;
  for (;;) {
    if (base === undefined || keys.size > 0 || ids.size > 0) {
      const fetched = await scene.fetchRows([...keys], [...ids]);
      known.learn(fetched, keys);
      if (fetched.stamp !== base) {
        if (++moves > MAX_MOVES) throw new StateMoved();
        pinned.clear();
        entries.clear();
        base = fetched.stamp;
      }
      for (const key of keys) pinned.set(key, fetched.rows.get(key) ?? null);
      for (const id of ids) entries.set(id, fetched.entries.get(id) ?? null);
    } else if (base !== known.stamp()) {
      if (++moves > MAX_MOVES) throw new StateMoved();
      pinned.clear();
      entries.clear();
      base = known.stamp();
      continue;
    }
    const missing = { keys: new Set<string>(), ids: new Set<string>() };
    const ran = attempt(scene, steps, missing, lookUp, (id) => entries.get(id));
    if (missing.keys.size === 0 && missing.ids.size === 0) {
      if ('error' in ran) throw ran.error;
      return { ...ran, base, isNew: (key) => lookUp(key) === null };
    }
    ({ keys, ids } = missing);
    if (!guessed) keys = new Set([...keys, ...unknownOf(likelyKeys(steps))]);
    guessed = true;
  }
}

type Attempt = Omit<RanGroup, 'base' | 'isNew'> | { readonly error: unknown };

/** One run. What it throws counts only where nothing was missing. */
function attempt(
  scene: GroupScene,
  steps: readonly Step[],
  missing: { readonly keys: Set<string>; readonly ids: Set<string> },
  lookUp: (key: string) => Row | null | undefined,
  entryOf: (id: string) => LoggedEntry | null | undefined,
): Attempt {
  const load = (key: string): Row | undefined => {
    const row = lookUp(key);
    if (row === undefined) missing.keys.add(key);
    return row ?? undefined;
  };
  const findEntry = (id: string): LoggedEntry | undefined => {
    const entry = entryOf(id);
    if (entry === undefined) missing.ids.add(id);
    return entry ?? undefined;
  };
  try {
    const group = openGroup({ load, findEntry }, scene.readTime(load(TIME_KEY) as TimeRow | undefined));
    const results = steps.map((step) => group.apply(step));
    return { results, changes: group.changes(), halt: group.get(storeKey.halt()) };
  } catch (error) {
    return { error };
  }
}
