import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../src/adapters/store/postgres/index.ts';
import { createRedisStore } from '../../src/adapters/store/redis/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Store } from '../../src/core/store.ts';
import { applyOne, capsOf, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

// A process of its own, which nothing but the store keeps alive: opens a store as told, asks it for many things at once, closes it in the midst of them,
// and tells how many were answered and how many refused. Whoever is never answered ends it with code 13.
interface Place {
  readonly kind: 'sqlite' | 'postgres' | 'redis';
  readonly path: string;
  readonly url: string;
  readonly schema: string;
  readonly redisUrl: string;
  readonly rounds: number;
}
const place = JSON.parse(process.argv[2] ?? '') as Place;
const host = { clock: systemClock(), random: systemRandom() };

async function openStore(): Promise<Store> {
  if (place.kind === 'sqlite') return createSqliteStore({ ...host, path: place.path });
  const store = await createPostgresStore({ ...host, url: place.url, schema: place.schema });
  return place.kind === 'postgres' ? store : createRedisStore({ ...host, url: place.redisUrl, prefix: place.schema, store });
}

let answered = 0;
let refused = 0;
for (let round = 0; round < place.rounds; round++) {
  const store = await openStore();
  const now = await store.now();
  // The counter's fence is believed for a second: afterwards whatever comes compares it again.
  if (round === 0) await new Promise((resolve) => setTimeout(resolve, 1_100));
  const asked: Promise<unknown>[] = [];
  for (let n = 0; n < 40; n++) {
    const request = { id: `c${process.pid}-${round}-${n}`, amount: '1', dueMs: now + 60_000 };
    asked.push(applyOne(store, reserveCommand(now, request, capsOf([[3_600_000, '1000000']]))), store.get([`note/${n}`]), store.now());
  }
  // Some are on their way by then, others are not.
  for (let turns = 0; turns < round; turns++) await new Promise((resolve) => setImmediate(resolve));
  const closing = store.close();
  for (const outcome of await Promise.allSettled(asked)) {
    if (outcome.status === 'fulfilled') answered++;
    else refused++;
  }
  await closing;
}
process.stdout.write(`${JSON.stringify({ answered, refused })}\n`);
