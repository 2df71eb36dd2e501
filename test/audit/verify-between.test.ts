import { describe, expect, it } from 'vitest';
import { findRange } from '../../src/audit/search/time-range.ts';
import { leafHash } from '../../src/core/index.ts';
import { eventOf, fileLog, memoryLog, tamper, temporaryFile } from './fixture.ts';
import { append, countingStore, loggerOver, START_MS } from './logger-fixture.ts';
import { rewrite, rowsOf } from './signed-file.ts';

const MINUTE_MS = 60_000;
const SIZE = 3_000;
const at = (index: number): number => START_MS + index * MINUTE_MS;

async function datedFile() {
  const path = temporaryFile();
  const { store, log, close } = await fileLog(path);
  await log.start();
  for (let from = 0; from < SIZE; from += 100) {
    await append(
      store,
      log,
      Array.from({ length: 100 }, (_, n) => eventOf(from + n, { at: at(from + n) })),
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  await log.stop();
  const counted = countingStore(store);
  const { clock } = memoryLog();
  return { path, store, audit: loggerOver({ store: counted.store, log, clock }), close, rows: counted.rows };
}

describe('verifying between dates', () => {
  it('reads that part of the log, and answers as the reference prints it', async () => {
    const { audit, store, close, rows } = await datedFile();
    const whole = await audit.verifyIntegrity();
    expect(whole).toMatchObject({ valid: true, chainHash: (await store.logHead()).chain, invalidEntries: [], checkedEntries: SIZE });
    const part = await audit.verifyIntegrity({ startDate: new Date(at(2_400)), endDate: new Date(at(2_500)) });
    expect(part).toMatchObject({ valid: true, invalidEntries: [] });
    expect(part.checkedEntries).toBeLessThan(1_400);
    expect((await audit.verifyIntegrity({ startDate: at(2_900) })).checkedEntries).toBeLessThan(1_000);
    expect(rows()).toBeGreaterThan(SIZE);
    await close();
  });

  it('names what was edited or deleted inside', async () => {
    const { path, audit, close } = await datedFile();
    tamper(path, (db) => {
      db.exec(`UPDATE log SET entry = replace(entry, '"amount":"2450"', '"amount":"1"') WHERE seq = 2450`);
      db.exec('DELETE FROM log WHERE seq = 2460');
    });
    const { valid, invalidEntries } = await audit.verifyIntegrity({ startDate: at(2_400), endDate: at(2_500) });
    expect(valid).toBe(false);
    expect(invalidEntries).toEqual([
      { index: 2_450, id: 'event-00002450', problem: 'entry_altered' },
      { index: 2_460, id: null, problem: 'entry_missing' },
    ]);
    await close();
  });

  it('finds an entry whose date was edited away from the range, with everything after it made anew', async () => {
    const { path, audit, close } = await datedFile();
    tamper(path, (db) =>
      rewrite(
        db,
        rowsOf(db).map((row) => {
          if (row.seq < 1_000) return row;
          const entry = row.entry.replace(`"at":${at(row.seq)}`, `"at":${START_MS - MINUTE_MS}`).replace('"amount":"2450"', '"amount":"1"');
          return { ...row, entry, leaf: leafHash(entry) };
        }),
      ),
    );
    const { valid, invalidEntries, checkedEntries } = await audit.verifyIntegrity({ startDate: at(2_400), endDate: at(2_500) });
    expect(valid).toBe(false);
    expect(checkedEntries).toBe(SIZE);
    expect(invalidEntries.map(({ problem }) => problem)).toContain('root_mismatch');
    await close();
  });

  it('follows a rewrite inside the range to the next checkpoint, which shows it', async () => {
    const { path, audit, close } = await datedFile();
    // An end between two checkpoints, with none between it and where the search by time stops.
    let end = 0;
    let to = 0;
    do {
      end += 1;
      to = (await findRange(SIZE, { fromMs: at(end - 20), toMs: at(end) }, async (index) => at(index))).to;
    } while (Math.ceil((end + 1) / 100) * 100 <= to);
    tamper(path, (db) =>
      rewrite(
        db,
        rowsOf(db).map((row) => {
          if (row.seq !== end) return row;
          const entry = row.entry.replace(`"amount":"${end}"`, '"amount":"-1"');
          return { ...row, entry, leaf: leafHash(entry) };
        }),
      ),
    );
    expect((await audit.verifyIntegrity({ startDate: at(end - 20), endDate: at(end) })).valid).toBe(false);
    await close();
  });

  it('refuses dates that are none', async () => {
    const { log, store, clock } = memoryLog();
    const audit = loggerOver({ store, log, clock });
    for (const options of [{ startDate: 'x' }, { endDate: new Date(Number.NaN) }, { startDate: 5, endDate: 4 }])
      await expect(audit.verifyIntegrity(options)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await audit.verifyIntegrity({ startDate: 0, endDate: new Date(START_MS) })).toMatchObject({ valid: true, size: 0 });
  });
});
