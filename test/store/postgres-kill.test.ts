import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { startOwnPostgres } from '../../scripts/scorecard/own-postgres.ts';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../src/adapters/store/postgres/index.ts';
import { chainHash, isCastellanError, type LedgerRow, pendingOf, storeKey } from '../../src/core/index.ts';
import { ACCOUNT, appendCommand, applyOne, capsOf, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

const server = await startOwnPostgres();
afterAll(() => server?.close());

it.skipIf(server === undefined)(
  `a server that dies and stays away leaves no answer open, and nothing that is told wrong${server === undefined ? ' (skipped: PostgreSQL is not installed)' : ''}`,
  async () => {
    if (server === undefined) return;
    const options = { url: server.url, clock: systemClock(), random: systemRandom(), lockDeadlineMs: 300, outcomeDeadlineMs: 300 };
    const store = await createPostgresStore(options);
    const now = await store.now();
    const caps = capsOf([[86_400_000, '1000000']]);
    const committed: string[] = [];
    const refused: string[] = [];
    let number = 0;
    // A second try finds what the first one wrote.
    const run = `r${Date.now().toString(36)}`;
    let asking = true;
    const ask = async (): Promise<void> => {
      const id = `${run}${String(number++).padStart(7, '0')}`;
      try {
        const result = await applyOne(store, reserveCommand(now, { id, amount: '1', dueMs: now + 600_000 }, caps), appendCommand(id));
        expect(result).toMatchObject({ ok: true, replayed: false });
        committed.push(id);
      } catch (error) {
        if (!isCastellanError(error) || error.code !== 'STORE_UNAVAILABLE') throw error;
        // What is said to have had no effect must have none; `unknown` may have either.
        if (error.details['outcome'] !== 'unknown') refused.push(id);
        await sleep(20);
      }
    };
    const callers = Promise.all(
      Array.from({ length: 16 }, async () => {
        while (asking) await ask();
      }),
    );
    for (let round = 0; round < 3; round++) {
      await sleep(400);
      server.stop();
      const before = refused.length;
      // A busy machine takes longer to notice that nobody is there.
      for (let waited = 0; waited < 900 || (refused.length === before && waited < 10_000); waited += 100) await sleep(100);
      server.start();
    }
    await sleep(600);
    asking = false;
    await callers;
    const ids = new Set<string>();
    let chain = '0'.repeat(64);
    for (let page = await store.log(0); page.length > 0; page = await store.log(ids.size)) {
      for (const row of page) {
        expect(row.index).toBe(ids.size);
        chain = chainHash(chain, row.leaf);
        expect(row.chain).toBe(chain);
        ids.add(row.id);
      }
    }
    expect(committed.filter((id) => !ids.has(id))).toEqual([]);
    expect(refused.filter((id) => ids.has(id))).toEqual([]);
    expect(committed.length).toBeGreaterThan(50);
    expect(refused.length).toBeGreaterThan(0);
    const [ledger] = await store.get([storeKey.ledger(ACCOUNT)]);
    expect(pendingOf(ledger as unknown as LedgerRow, 0)).toBe(BigInt(ids.size));
    await store.close();
  },
);
