import { once } from 'node:events';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { applyOne, capsOf, issueCommand, redeemCommand, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

// One of the racing processes: reserves `count` units at once, redeems every tenth it got, tells what it got.
const [path = '', name = '', count = '0', cap = '0', holdMs = '0'] = process.argv.slice(2);
const clock = systemClock();
const store = await createSqliteStore({ path, clock, random: systemRandom(), lockDeadlineMs: 120_000 });
process.stdout.write('ready\n');
await once(process.stdin, 'data');

const dueMs = clock.nowMs() + Number(holdMs);
const results = await Promise.all(
  Array.from({ length: Number(count) }, async (_, n) => {
    const id = `${name}${String(n).padStart(6, '0')}`;
    const result = await applyOne(
      store,
      reserveCommand(clock.nowMs(), { id, amount: '1', dueMs }, capsOf([[86_400_000, cap]])),
      issueCommand(clock.nowMs(), id, { expiresAtMs: dueMs }),
    );
    return { id, code: result.ok ? 'ok' : result.reason.code };
  }),
);
const granted = results.filter(({ code }) => code === 'ok');
const redeems = await Promise.all(granted.filter((_, n) => n % 10 === 0).map(({ id }) => applyOne(store, redeemCommand(id))));
const others = results.filter(({ code }) => code !== 'ok' && code !== 'window_limit').length;
process.stdout.write(
  `${JSON.stringify({ granted: granted.length, redeemed: redeems.filter((result) => result.ok).length, others, dueMs })}\n`,
);
await store.close();
process.stdin.destroy();
