import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { verifyArchive } from '../../src/audit/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { eventOf, KEY, memoryLog, OTHER_KEY, TENANT } from './fixture.ts';
import { append, type LoggerFixture, loggerOver, memoryLogger, readAll, START_MS } from './logger-fixture.ts';

const DAY_MS = 86_400_000;
const KEYS = { tenant: TENANT, publicKey: KEY.publicKey };

/** 400 days of ten entries each, signed day by day. */
async function longLog(retentionDays: number | undefined): Promise<LoggerFixture> {
  const { store, log, clock } = memoryLog({ checkpointEvery: 10 });
  await log.start();
  for (let day = 0; day < 400; day += 1) {
    await append(
      store,
      log,
      Array.from({ length: 10 }, (_, n) => eventOf(10 * day + n, { at: clock.nowMs() })),
    );
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(DAY_MS);
  }
  await log.stop();
  return { store, log, clock, audit: loggerOver({ store, log, clock }, { retentionDays }) };
}

describe('retention', () => {
  it('says what is older than it has to be kept, up to a checkpoint, and deletes nothing', async () => {
    const { audit, store } = await longLog(365);
    const plan = await audit.retention();
    expect(plan).toMatchObject({ retentionDays: 365, cutoffMs: START_MS + 35 * DAY_MS, size: 4_000, oldestAtMs: START_MS });
    expect(plan.expiredEntries).toBeGreaterThan(0);
    expect(plan.expiredEntries).toBeLessThanOrEqual(350);
    expect(plan.expiredEntries % 10).toBe(0);
    expect((await audit.health()).retention).toEqual(plan);
    expect((await store.logHead()).size).toBe(4_000);
    expect((await audit.verifyIntegrity()).valid).toBe(true);
  });

  it('keeps everything without a bound, and where nothing is old or signed', async () => {
    const unbounded = await longLog(undefined);
    expect(await unbounded.audit.retention()).toMatchObject({ retentionDays: null, cutoffMs: null, expiredEntries: 0, checkpoint: null });
    const bounded = loggerOver(unbounded, { retentionDays: 500 });
    expect(await bounded.retention()).toMatchObject({ expiredEntries: 0, checkpoint: null });
    const unsigned = memoryLogger({ retentionDays: 1 });
    await append(
      unsigned.store,
      unsigned.log,
      Array.from({ length: 2_000 }, (_, n) => eventOf(n, { at: START_MS - 30 * DAY_MS })),
    );
    expect(await unsigned.audit.retention()).toMatchObject({ size: 2_000, expiredEntries: 0 });
    expect(await memoryLogger({ retentionDays: 1 }).audit.retention()).toMatchObject({ size: 0, oldestAtMs: null });
  });

  it('ends at the last checkpoint where the whole log is old', async () => {
    const { audit, clock } = await longLog(365);
    clock.advance(2_000 * DAY_MS);
    expect(await audit.retention()).toMatchObject({ expiredEntries: 4_000 });
  });

  it('is not hurried by a clock that runs ahead of the store’s', async () => {
    const { store, log, clock } = await longLog(365);
    const ahead = loggerOver({ store, log, clock: { ...clock, nowMs: () => clock.nowMs() + 9_999 * DAY_MS } }, { retentionDays: 365 });
    expect((await ahead.retention()).cutoffMs).toBe(START_MS + 35 * DAY_MS);
  });

  it('archives those entries so that the checkpoint proves them without the store', async () => {
    const { audit } = await longLog(365);
    const { stream, plan, encoding } = await audit.archive({ compress: true });
    expect(encoding).toBe('gzip');
    const lines = gunzipSync(await readAll(stream))
      .toString()
      .trimEnd()
      .split('\n');
    const checkpoint = plan.checkpoint ?? '';
    expect(await verifyArchive(lines, checkpoint, KEYS)).toEqual({ ok: true, entries: plan.expiredEntries });
    const reason = async (changed: readonly string[], keys = KEYS) => {
      const result = await verifyArchive(changed, checkpoint, keys);
      return result.ok ? 'ok' : result.reason;
    };
    expect(await reason(lines.slice(1))).toBe('size_mismatch');
    expect(await reason([...lines, lines[0] ?? ''])).toBe('size_mismatch');
    expect(await reason(lines.with(3, (lines[3] ?? '').replace('"amount":"3"', '"amount":"4"')))).toBe('root_mismatch');
    expect(await reason(lines.with(3, lines[4] ?? ''))).toBe('root_mismatch');
    const endless = function* () {
      for (;;) yield lines[0] ?? '';
    };
    expect(await verifyArchive(endless(), checkpoint, KEYS)).toEqual({ ok: false, reason: 'size_mismatch' });
    expect(await reason(lines.with(3, '\ud800'))).toBe('root_mismatch');
    expect(await reason(lines, { ...KEYS, publicKey: OTHER_KEY.publicKey })).toBe('other_key');
    expect(await reason(lines, { ...KEYS, tenant: 'other' })).toBe('other_origin');
    expect((await readAll((await audit.archive()).stream)).toString()).toBe(`${lines.join('\n')}\n`);
  });

  it('refuses options that are none', () => {
    for (const options of [
      { retentionDays: 0 },
      { retentionDays: 1.5 },
      { retentionDays: Number.NaN },
      { maxEventsPerMinute: 0 },
      { exportFormats: ['xml' as 'csv'] },
    ])
      expectCode('CONFIG_INVALID', () => memoryLogger(options));
  });
});
