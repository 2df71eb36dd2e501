import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { appendCommand, applyOne, capsOf, issueCommand, redeemCommand, requestRow } from '../../src/testing/store-conformance/scene.ts';
import { openRaceStore, type RaceStore } from './race-store.ts';

// One of the racing processes: asks for one unit each under the ids `<name><from>` to `<name><to>`, tells after each hundred how
// far all were answered, redeems every tenth, and asks the same again where the store says that it was away.
const CALLERS = 128;
const [place = '', name = '', from = '0', to = '0', cap = '0'] = process.argv.slice(2);
const store = await openRaceStore(JSON.parse(place) as RaceStore);
// A process that is killed leaves nothing for the next one otherwise.
flushCompileCache();
process.stdout.write('ready\n');
// When the holds end is told once all are ready.
const [told] = (await once(process.stdin, 'data')) as [Buffer];
const due = Number(told);

const caps = capsOf([[86_400_000, cap]]);
const refusals = new Map<string, number>();
let granted = 0;
let next = Number(from);
let answered = next;
const open = new Set<number>();

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'STORE_UNAVAILABLE') throw error;
    }
  }
}

async function ask(number: number): Promise<void> {
  const id = `${name}${String(number).padStart(7, '0')}`;
  const redeems = number % 10 === 0;
  const result = await patiently(() =>
    applyOne(
      store,
      { kind: 'ledger.reserve', request: requestRow(0, { id, amount: '1', dueMs: due }), caps },
      ...(redeems ? [issueCommand(due, id, { expiresAtMs: due })] : []),
      appendCommand(id),
    ),
  );
  if (!result.ok) refusals.set(result.reason.code, (refusals.get(result.reason.code) ?? 0) + 1);
  else {
    granted++;
    if (redeems) await patiently(() => applyOne(store, redeemCommand(id)));
  }
}

await Promise.all(
  Array.from({ length: CALLERS }, async () => {
    while (next < Number(to)) {
      const number = next++;
      open.add(number);
      await ask(number);
      open.delete(number);
      const done = open.size === 0 ? next : Math.min(...open);
      if (done - answered < 100) continue;
      answered = done;
      process.stdout.write(`at ${answered}\n`);
    }
  }),
);
const others = [...refusals].filter(([code]) => code !== 'window_limit').map(([code, count]) => `${code} ${count}`);
process.stdout.write(`done ${JSON.stringify({ granted, others })}\n`);
await store.close();
process.stdin.destroy();
