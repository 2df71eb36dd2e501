import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../src/adapters/store/postgres/index.ts';
import { createRedisStore } from '../../src/adapters/store/redis/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Store } from '../../src/core/store.ts';

/** Which store a race is run over, and where it is. */
export type RaceStore =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema: string }
  /** A counter on Redis in front of the schema; the prefix of its keys is the schema's name. */
  | { readonly kind: 'redis'; readonly url: string; readonly schema: string; readonly redisUrl: string };

/**
 * Opens it as a process of the race does: patient, for this machine has fewer cores than the race has processes. `aheadMs` opens it
 * as a process does that is started so much later.
 */
export async function openRaceStore(place: RaceStore, aheadMs = 0): Promise<Store> {
  const clock = systemClock();
  const host = { clock: { ...clock, nowMs: () => clock.nowMs() + aheadMs }, random: systemRandom(), lockDeadlineMs: 120_000 };
  if (place.kind === 'sqlite') return createSqliteStore({ ...host, path: place.path });
  const { url, schema } = place;
  const store = await createPostgresStore({ ...host, url, schema, outcomeDeadlineMs: 120_000, checkClock: aheadMs === 0 });
  return place.kind === 'postgres' ? store : createRedisStore({ ...host, url: place.redisUrl, prefix: schema, store, deadlineMs: 10_000 });
}
