import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Store } from '../../src/core/store.ts';
import { appendCommand, applyOne, codeOf, issueCommand, redeemCommand, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-attack-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
const newPath = (): string => join(directory, `${files++}.sqlite`);
const open = (path: string, given: { readonly cachedRows?: number } = {}): Promise<Store> =>
  createSqliteStore({ path, clock: systemClock(), random: systemRandom(), lockDeadlineMs: 300, ...given });
const KILL = { kind: 'halt.set', change: { kind: 'kill', reason: 'now', by: 'other' } } as const;
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: { readonly code?: unknown }) => error.code,
  );

describe('what another process committed', () => {
  it('is in the snapshot of the emergency state as soon as that calls itself fresh', async () => {
    const path = newPath();
    const [a, b] = [await open(path), await open(path)];
    await a.get(['halt']);
    await applyOne(b, KILL);
    // Each of these notices that another process wrote, without reading the row of the kill.
    for (const look of [() => a.now(), () => a.logHead(), () => a.scan('open/'), () => a.log(0)]) await look();
    const askedAtMs = Date.now();
    await a.get([]);
    await a.get(['time']);
    const snapshot = a.haltSnapshot();
    expect(snapshot?.state.kill === null && snapshot.readAtMs >= askedAtMs).toBe(false);
    await Promise.all([a.close(), b.close()]);
  });

  it('stops a redeem at every point of its way', async () => {
    const path = newPath();
    const [a, b] = [await open(path), await open(path)];
    for (let point = 0; point < 6; point += 1) {
      const now = await a.now();
      const id = `p${point}`;
      const steps: readonly (() => Promise<unknown>)[] = [
        () => applyOne(a, reserveCommand(now, { id }), issueCommand(now, id, { epoch: point * 2 })),
        () => a.get(['halt', `request/${id}/a1`]),
        () => a.get(['doc/policy/a1', 'doc/registry']),
        () => a.now(),
        () => a.get(['halt', `request/${id}/a1`]),
      ];
      for (const [at, step] of steps.entries()) {
        if (at === point) await applyOne(b, KILL);
        await step();
      }
      if (point === 5) await applyOne(b, KILL);
      expect(await codeOf(a, redeemCommand(id))).not.toBe('ok');
      await applyOne(b, { kind: 'halt.set', change: { kind: 'lift', reason: '', by: '' } });
    }
    await Promise.all([a.close(), b.close()]);
  });
});

describe('a file that goes away under a running store', () => {
  it('takes no more: what it acknowledged would be gone with the process', async () => {
    const path = newPath();
    const store = await open(path);
    await applyOne(store, appendCommand('e1'));
    for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) rmSync(path + end);
    expect(await errorOf(store.apply([{ commands: [appendCommand('e2')] }]))).toBe('STORE_UNAVAILABLE');
    await store.close();
  });

  it('takes no more after a backup was put in its place: a kill there would not stop anything here', async () => {
    const path = newPath();
    const backup = await open(newPath());
    await applyOne(backup, KILL);
    await backup.close();
    const store = await open(path);
    const now = await store.now();
    await applyOne(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'));
    renameSync(join(directory, `${files - 1}.sqlite`), path);
    expect(await errorOf(store.apply([{ commands: [redeemCommand('r1')] }]))).toBe('STORE_UNAVAILABLE');
    await store.close();
  });
});

describe('a small cache', () => {
  it('applies a step once, where the row of the emergency state cannot be read behind its commit', async () => {
    const path = newPath();
    const store = await open(path, { cachedRows: 2 });
    await applyOne(store, { kind: 'doc.put', key: 'a', value: { n: 0 } });
    const other = new DatabaseSync(path);
    other.exec("INSERT INTO kv VALUES ('halt', 'no json')");
    other.close();
    // The halt row is not needed for a document, and is loaded for the answer: all or nothing.
    const put = await errorOf(store.apply([{ commands: [{ kind: 'doc.put', key: 'b', value: { n: 1 }, ifVersion: 0 }] }]));
    const plain = new DatabaseSync(path);
    const row = plain.prepare("SELECT v FROM kv WHERE k = 'doc/b'").get();
    plain.close();
    expect(row === undefined).toBe(put !== 'resolved');
    await store.close();
  });
});

describe('a file that is no store', () => {
  it('is refused and left as it was', async () => {
    const path = newPath();
    writeFileSync(path, 'x'.repeat(4_096));
    expect(await errorOf(open(path))).toBe('STORE_CORRUPT');
  });
});
