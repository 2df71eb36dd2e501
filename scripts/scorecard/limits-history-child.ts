import { createInterface } from 'node:readline';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../src/adapters/store/postgres/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type Act, record } from './limits-history.ts';

// One client of recorded histories, in a process of its own: does the acts of each line, one after the other, and tells what it saw.
const [kind = '', place = '', schema = ''] = process.argv.slice(2);
const clock = systemClock();
const terms = { clock, random: systemRandom(), lockDeadlineMs: 120_000 };
const store = await (kind === 'sqlite'
  ? createSqliteStore({ path: place, ...terms })
  : createPostgresStore({ url: place, schema, ...terms }));
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) {
  const { history, acts } = JSON.parse(line, (key, value) => (key === 'amount' ? BigInt(value) : value)) as {
    history: string;
    acts: readonly Act[];
  };
  const seen = [];
  for (const act of acts) seen.push(await record(store, history, act, () => clock.nowMs()));
  process.stdout.write(`${JSON.stringify(seen, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))}\n`);
}
await store.close();
