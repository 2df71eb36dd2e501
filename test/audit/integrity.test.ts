import { describe, expect, it } from 'vitest';
import { createCompactRange, logOrigin, toEntry, verifyLog } from '../../src/audit/index.ts';
import { leafHash } from '../../src/core/index.ts';
import { eventOf, fileLog, KEY, memoryLog, stepsOf, tamper, temporaryFile } from './fixture.ts';
import { named, rowsOf, SIZE, signedFile, verify } from './signed-file.ts';

describe('an untouched log', () => {
  it('is valid in whole and in parts, and says what was checked', async () => {
    const { path, held } = await signedFile();
    const whole = await verify(path, { checkpoint: held });
    expect(whole).toMatchObject({ valid: true, size: SIZE, checkedEntries: SIZE, signedSize: SIZE, problems: [], truncated: false });
    const range = createCompactRange();
    let chain = '0'.repeat(64);
    tamper(path, (db) => {
      for (const row of rowsOf(db)) {
        range.append(row.leaf);
        chain = row.chain;
      }
    });
    expect([whole.root, whole.chainHash]).toEqual([range.root(), chain]);
    expect(await verify(path, { from: 730, to: 760 })).toMatchObject({ valid: true, checkedEntries: 60 });
    expect(await verify(path, { from: 1_249 })).toMatchObject({ valid: true, checkedEntries: 50 });
    expect(await verify(path, { from: 1_210, checkpoint: held })).toMatchObject({ valid: true });
    expect(await verify(path, { to: 0, checkpoint: held })).toMatchObject({ valid: true, checkedEntries: 1_200 });
  });

  it('may be empty, unsigned, or growing while it is read', async () => {
    const { store, log } = memoryLog();
    expect(await log.verifyIntegrity()).toMatchObject({ valid: true, size: 0, checkedEntries: 0, root: createCompactRange().root() });
    await store.apply(stepsOf(log, 0, 3_500));
    expect(await log.verifyIntegrity()).toMatchObject({ valid: true, signedSize: 0, problems: [] });
    expect(named(await log.verifyIntegrity({ maxUnsigned: 3_499 }))).toEqual(['tail_unsigned@0']);
    await log.start();
    let from = 3_500;
    const growing = {
      ...store,
      log: async (start: number, limit?: number) => {
        await store.apply(stepsOf(log, (from += 40), 40));
        await new Promise((resolve) => setImmediate(resolve));
        return store.log(start, limit);
      },
    };
    expect(await verifyLog(growing, { publicKey: KEY.publicKey, origin: logOrigin('acme') })).toMatchObject({
      valid: true,
      checkedEntries: 3_500,
      problems: [],
    });
    await log.stop();
  });
});

describe('throughput', () => {
  it('verifies a file of 50,000 entries', async () => {
    const path = temporaryFile();
    const { store, log, close } = await fileLog(path);
    await log.start();
    for (let from = 0; from < 50_000; from += 500) await store.apply(stepsOf(log, from, 500));
    await log.stop();
    const startedMs = performance.now();
    const report = await log.verifyIntegrity();
    const elapsedMs = performance.now() - startedMs;
    expect(report).toMatchObject({ valid: true, checkedEntries: 50_000 });
    const entry = toEntry(eventOf(1)).entry;
    const hashMs = performance.now();
    for (let index = 0; index < 50_000; index += 1) leafHash(entry);
    const floorMs = performance.now() - hashMs;
    console.log(
      `verify: ${Math.round(50_000 / elapsedMs) * 1_000} entries/s from SQLite; one hash each alone: ${Math.round(50_000 / floorMs) * 1_000}/s`,
    );
    await close();
  });
});
