import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { chainHash, leafHash } from '../../src/core/digest.ts';
import type { LedgerRow } from '../../src/core/ledger.ts';
import { pendingOf } from '../../src/core/ledger.ts';
import type { LogRow, Store } from '../../src/core/store.ts';
import { storeKey } from '../../src/core/store.ts';
import { ACCOUNT, AGENT } from '../../src/testing/store-conformance/scene.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-kill-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Lets a writer run for a random while, kills it without warning, and answers the ids that it had acknowledged. */
function killedWriter(path: string, round: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./kill-writer.ts', import.meta.url)), path, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    let armed = false;
    child.stdout.on('data', (data) => {
      text += String(data);
      // The first writer is let to acknowledge something, or the test would say nothing on a busy machine.
      const lines = text.split('\n').length - 1;
      if (armed || lines < (round === 0 ? 2 : 1)) return;
      armed = true;
      setTimeout(() => child.kill('SIGKILL'), 1 + Math.random() * 120);
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error('The writer ended by itself.'));
      // A line without its end was cut by the kill: it may or may not have been meant.
      else resolve(text.split('\n').slice(1, -1));
    });
  });
}

async function wholeLog(store: Store): Promise<readonly LogRow[]> {
  const rows: LogRow[] = [];
  for (let page = await store.log(0); page.length > 0; page = await store.log(rows.length)) rows.push(...page);
  return rows;
}

describe.concurrent.each(['a', 'b', 'c', 'd'])('kill -9 of a writer, lane %s', (lane) => {
  it('loses nothing that was acknowledged and leaves no half step, five times over', async () => {
    const path = join(directory, `${lane}.sqlite`);
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round++) {
      acknowledged.push(...(await killedWriter(path, round)));
      const startedMs = performance.now();
      const store = await createSqliteStore({ path, clock: systemClock(), random: systemRandom() });
      const head = await store.logHead();
      expect(performance.now() - startedMs).toBeLessThan(1_000);
      const rows = await wholeLog(store);
      const ids = new Set(rows.map(({ id }) => id));
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
      let chain = '0'.repeat(64);
      for (const [index, row] of rows.entries()) {
        expect(row.index).toBe(index);
        expect(row.leaf).toBe(leafHash(row.entry));
        chain = chainHash(chain, row.leaf);
        expect(row.chain).toBe(chain);
      }
      expect(head).toEqual({ size: rows.length, chain });
      // Entry, reservation, room and document of a step are there together: as many of each.
      const [ledger, count] = await store.get([storeKey.ledger(ACCOUNT), storeKey.doc('count')]);
      expect(pendingOf(ledger as unknown as LedgerRow, 0)).toBe(BigInt(rows.length));
      if (rows.length === 0) expect(count).toBe(undefined);
      else expect(count).toMatchObject({ version: rows.length, value: { id: rows.at(-1)?.id } });
      const requests = await store.get(rows.map(({ id }) => storeKey.request(AGENT, id)));
      expect(requests.filter((request) => request === undefined)).toEqual([]);
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(0);
  });
});
