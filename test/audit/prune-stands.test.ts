import { describe, expect, it } from 'vitest';
import { createAuditLog } from '../../src/audit/index.ts';
import { type Json, type LogPruned, type SecurityEvent, type Store, storeKey } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { eventOf, KEY, memoryLog, OTHER_KEY, TENANT } from './fixture.ts';
import { append, decisionEvent, loggerOver, outcomeEvent } from './logger-fixture.ts';
import { archiveOf, DAY_MS, logOf, UNOWNED, whyNot } from './prune-fixture.ts';

describe('pruning that breaks off', () => {
  it('is finished by whoever calls next, and the log stands in between', async () => {
    const { store, log, clock } = memoryLog({ checkpointEvery: 6_000 });
    await log.start();
    await append(
      store,
      log,
      Array.from({ length: 12_000 }, (_, n) => eventOf(n, { at: clock.nowMs() })),
    );
    await log.stop();
    await log.start();
    clock.advance(90 * DAY_MS);
    await append(store, log, [eventOf(20_000, { at: clock.nowMs() })]);
    await log.stop();
    let left = 2;
    const failing: Store = {
      ...store,
      async apply(steps) {
        if (steps.some(({ commands }) => commands.some(({ kind }) => kind === 'log.prune')) && left-- === 0)
          throw new Error('the power went');
        return store.apply(steps);
      },
    };
    const { text, plan } = await archiveOf({ audit: loggerOver({ store, log, clock }, UNOWNED) });
    expect(plan.expiredEntries).toBe(12_000);
    await expect(loggerOver({ store: failing, log, clock }, UNOWNED).prune({ archive: [text] })).rejects.toThrow('the power went');
    const audit = loggerOver({ store, log, clock }, UNOWNED);
    const half = await audit.verifyIntegrity();
    expect([half.valid, half.pruned?.before, half.problems]).toEqual([true, 10_000, []]);
    const size = (await store.logHead()).size;
    // With another archive, even a wrong one: what was begun is taken to its end first.
    expect(await whyNot(audit.prune({ archive: ['{}\n'] }))).toBe('REQUEST_INVALID archive_unproven');
    expect(await audit.prune({ archive: [text] })).toMatchObject({ before: 12_000, dropped: 0, record: half.pruned?.record });
    expect((await store.logHead()).size).toBe(size);
    expect(await audit.verifyIntegrity()).toMatchObject({ valid: true, pruned: { before: 12_000 } });
    expect((await store.log(11_999, 2)).map(({ entry }) => entry === '')).toEqual([true, false]);
  });

  it('happens once, however many call at the same time', async () => {
    const scene = await logOf(60);
    const { text, plan } = await archiveOf(scene);
    const { size } = await scene.store.logHead();
    const results = await Promise.allSettled([1, 2, 3].map(() => scene.audit.prune({ archive: [text] })));
    const done = results.filter((result) => result.status === 'fulfilled');
    expect(done.length).toBeGreaterThan(0);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect((await scene.store.logHead()).size).toBe(size + 1);
    expect(await scene.audit.prune({ archive: [text] })).toMatchObject({ before: plan.expiredEntries, dropped: 0 });
    expect((await scene.audit.verifyIntegrity()).valid).toBe(true);
  });
});

describe('what was dropped is no way to hide', () => {
  /** A pruned log whose rows read as `change` says. */
  async function tampered(change: (rows: { entry: string; leaf: string; index: number }[]) => void, row?: (pruned: LogPruned) => Json) {
    const scene = await logOf(60);
    const { text } = await archiveOf(scene);
    const { before, archive, record } = await scene.audit.prune({ archive: [text] });
    const said = row?.({ before, archive, record });
    const log: Store['log'] = async (from, limit) => {
      const rows = (await scene.store.log(from, limit)).map((found) => ({ ...found }));
      change(rows);
      return rows;
    };
    const get: Store['get'] = async (keys) =>
      (await scene.store.get(keys)).map((found, n) => (keys[n] === storeKey.pruned() && said !== undefined ? said : found));
    const report = await loggerOver({ ...scene, store: { ...scene.store, log, get } }, UNOWNED).verifyIntegrity();
    return { before, kinds: [...new Set(report.problems.map(({ kind }) => kind))], report };
  }

  it('an entry that is blanked behind it, or changed before it, is found', async () => {
    const blank = await tampered((rows) => {
      for (const row of rows) if (row.index === 400) row.entry = '';
    });
    expect([blank.kinds, blank.report.invalidEntries.map(({ index }) => index)]).toEqual([
      ['entry_altered', 'id_mismatch'],
      [400, 400],
    ]);
    const other = await tampered((rows) => {
      for (const row of rows) if (row.index === 5) row.entry = '{"id":"x"}';
    });
    expect(other.kinds).toContain('entry_altered');
    const leaf = await tampered((rows) => {
      for (const row of rows) if (row.index === 5) row.leaf = 'ab'.repeat(32);
    });
    expect(leaf.report.valid).toBe(false);
  });

  it('a bound that nobody signed is none', async () => {
    const archive = 'ab'.repeat(32);
    const forged = await tampered(
      (rows) => {
        for (const row of rows) if (row.index < 500) row.entry = '';
      },
      () => ({ before: 500, archive, record: eventOf(550).id }),
    );
    expect(forged.kinds).toEqual(expect.arrayContaining(['prune_invalid', 'entry_altered']));
    expect(forged.report.pruned).toBe(null);
    for (const row of [{ before: 'x' }, [], { before: 500, archive, record: 'nowhere' }, { before: 0, archive, record: 'x' }]) {
      const { kinds } = await tampered(
        () => undefined,
        () => row as Json,
      );
      expect(kinds).toContain('prune_invalid');
    }
    // What is signed allows so much, and no more, and for that archive.
    for (const more of [{ before: 301 }, { archive }]) {
      const further = await tampered(
        () => undefined,
        (pruned) => ({ ...pruned, ...more }),
      );
      expect([further.before, further.kinds]).toEqual([300, expect.arrayContaining(['prune_invalid'])]);
    }
    const same = await tampered(
      () => undefined,
      (pruned) => ({ ...pruned }),
    );
    expect(same.report.valid).toBe(true);
  });

  it('a statement of another key or log is none, and nothing is dropped on top of it', async () => {
    const scene = await logOf(60);
    const { text } = await archiveOf(scene);
    const foreign = createAuditLog({ ...scene, key: OTHER_KEY, tenant: TENANT, random: createSeededRandom('other') });
    await loggerOver({ ...scene, log: { ...scene.log, attestPrune: foreign.attestPrune } }, UNOWNED).prune({ archive: [text] });
    const { problems, valid } = await scene.audit.verifyIntegrity();
    expect([valid, problems[0]?.kind]).toEqual([false, 'prune_invalid']);
    expect(await whyNot(scene.audit.prune({ archive: [text] }))).toBe('LOG_CORRUPT');
    expect(await whyNot(scene.audit.generateReport({ type: 'daily' }))).toBe('LOG_CORRUPT');
  });
});

describe('beside a pruned log', () => {
  it('a process that has to read everything starts, and one that goes on from a checkpoint', async () => {
    const scene = await logOf(60);
    const { text } = await archiveOf(scene);
    await scene.audit.prune({ archive: [text] });
    for (const key of [KEY, OTHER_KEY]) {
      const other = createAuditLog({ ...scene, key, tenant: TENANT, random: createSeededRandom('b') });
      await other.start();
      expect(other.health()).toMatchObject({ started: true, size: 601 });
      await other.stop();
    }
  });

  it('reports begin behind it, and one that reached into it says that only the archive can tell', async () => {
    const events = (n: number, atMs: number): SecurityEvent =>
      n % 2 === 0 ? decisionEvent(n, { atMs }) : outcomeEvent(n, n - 1, { at: atMs } as Partial<SecurityEvent>);
    const scene = await logOf(60, events);
    const { audit, clock } = scene;
    const old = await audit.generateReport({ type: 'compliance', startDate: new Date(clock.nowMs() - 50 * DAY_MS) });
    const young = await audit.generateReport({ type: 'compliance', startDate: new Date(clock.nowMs() - 20 * DAY_MS) });
    const { text, plan } = await archiveOf(scene);
    expect(plan.expiredEntries).toBe(300);
    await audit.prune({ archive: [text] });
    expect(await audit.verifyReport(old)).toMatchObject({ ok: false, reason: 'entries_pruned' });
    expect(await audit.verifyReport(young)).toMatchObject({ ok: true });
    const altered = { ...young, summary: { ...young.summary, decisions: 1 } };
    expect(await audit.verifyReport(altered)).toMatchObject({ ok: false, reason: 'figures_differ' });
    expect(await whyNot(audit.generateReport({ type: 'daily', startDate: new Date(clock.nowMs() - 50 * DAY_MS) }))).toBe('ENTRY_PRUNED');
    const monthly = await loggerOver(scene, UNOWNED).generateReport({ type: 'monthly', endDate: new Date(clock.nowMs() - 5 * DAY_MS) });
    expect(monthly.range.fromMs).toBeGreaterThan(clock.nowMs() - 31 * DAY_MS);
    expect(monthly.summary).toMatchObject({ violations: 0 });
    expect(await audit.verifyReport(monthly)).toMatchObject({ ok: true });
  });

  it('an execution whose decision was dropped is neither right nor wrong', async () => {
    // Each decision is executed a day and ten entries later: the bound lies between some of them.
    const events = (n: number, atMs: number): SecurityEvent =>
      n % 20 < 10 ? decisionEvent(n, { atMs }) : outcomeEvent(n, n - 10, { at: atMs } as Partial<SecurityEvent>);
    const scene = await logOf(60, events);
    const audit = loggerOver(scene, { ...UNOWNED, retentionDays: 31 });
    const { text, plan } = await archiveOf({ audit });
    expect(plan.expiredEntries).toBe(290);
    const startDate = new Date(scene.clock.nowMs() - 31 * DAY_MS);
    const before = await audit.generateReport({ type: 'compliance', startDate });
    await audit.prune({ archive: [text] });
    const after = await audit.generateReport({ type: 'compliance', startDate });
    expect([before.summary.violations, after.summary.violations]).toEqual([0, 0]);
    expect(before.summary.checks - after.summary.checks).toBe(10);
    expect(await audit.verifyReport(before)).toMatchObject({ ok: false, reason: 'entries_pruned' });
    expect(await audit.verifyReport(after)).toMatchObject({ ok: true });
  });
});
