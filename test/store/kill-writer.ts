import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { appendCommand, capsOf, requestRow } from '../../src/testing/store-conformance/scene.ts';
import { say } from '../fixtures/say.ts';

// Writes until it is killed: eight callers, each step one entry, one reservation and one document. Tells what was acknowledged.
const [path = '', round = ''] = process.argv.slice(2);
const clock = systemClock();
const store = await createSqliteStore({ path, clock, random: systemRandom() });
say('ready\n');
let count = 0;
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (;;) {
      const id = `e${round.padStart(3, '0')}${String(count++).padStart(8, '0')}`;
      const request = requestRow(clock.nowMs(), { id, amount: '1', dueMs: clock.nowMs() + 3_600_000 });
      const [result] = await store.apply([
        {
          commands: [
            { kind: 'ledger.reserve', request, caps: capsOf([[86_400_000, '1000000000']]) },
            { kind: 'doc.put', key: 'count', value: { id } },
            appendCommand(id, `{"id":"${id}","pad":"${'x'.repeat(1_500)}"}`),
          ],
        },
      ]);
      if (result?.ok !== true) throw new Error('refused');
      say(`${id}\n`);
    }
  }),
);
