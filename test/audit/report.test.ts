import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuditReport, type ReportOptions, recomputeReport, verifyReport } from '../../src/audit/index.ts';
import type { SecurityEvent, Store } from '../../src/core/index.ts';
import { eventOf, fileLog, KEY, OTHER_KEY, TENANT, tamper, temporaryFile } from './fixture.ts';
import {
  append,
  countingStore,
  decisionEvent,
  loggerOver,
  memoryLogger,
  outcomeEvent,
  REFERENCE_EVENT,
  START_MS,
} from './logger-fixture.ts';
import { naiveRecount } from './naive-recount.ts';

const DAY_MS = 86_400_000;
const KEYS = { tenant: TENANT, publicKey: KEY.publicKey };

const eventArb = fc.record({
  kind: fc.constantFrom('decision', 'decision', 'decision', 'success', 'success', 'failure', 'other', 'outside'),
  verdict: fc.constantFrom('approved', 'approved', 'escalated', 'denied' as const),
  of: fc.nat({ max: 30 }),
  agent: fc.constantFrom('a1', 'a2', 'constructor'),
  type: fc.constantFrom(
    'anomaly_detected',
    'fraud_detected',
    'cap_warning',
    'monitor_unrecorded',
    'monitor_reorg',
    'key_event',
    'policy_rejected',
  ),
  riskScore: fc.constantFrom(0, 59, 60, 90),
  unenforced: fc.constantFrom([], [], ['simulation']),
  layers: fc.constantFrom(8, 8, 8, 7, 0),
  gapMs: fc.nat({ max: 3_600_000 }),
});

/** The log that a list of drawn events makes. */
async function logOf(drawn: readonly (typeof eventArb extends fc.Arbitrary<infer T> ? T : never)[]) {
  const made = memoryLogger();
  const { store, log, clock, audit } = made;
  for (const [n, one] of drawn.entries()) {
    clock.advance(one.gapMs);
    const at = clock.nowMs();
    if (one.kind === 'outside') await audit.log({ ...REFERENCE_EVENT, severity: 'critical' });
    else {
      const { reports } = (decisionEvent(0) as Extract<SecurityEvent, { type: 'decision_made' }>).decision;
      const more = { riskScore: one.riskScore, unenforced: one.unenforced, reports: reports.slice(0, one.layers) };
      const event =
        one.kind === 'decision'
          ? decisionEvent(n, { verdict: one.verdict as 'approved', agent: one.agent, atMs: at, more })
          : one.kind === 'success'
            ? outcomeEvent(n, one.of, { at, agent: one.agent })
            : one.kind === 'failure'
              ? outcomeEvent(n, one.of, { at, type: 'execution_failed' } as Partial<SecurityEvent>)
              : ({ ...eventOf(n), at, agent: null, type: one.type } as unknown as SecurityEvent);
      await append(store, log, [event]);
    }
  }
  return made;
}

const allRows = async (store: Store) => [...(await store.log(0, 1_000))];

describe('a report', () => {
  it('has the figures of a naive recount, for any log and any range', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(eventArb, { maxLength: 60 }), fc.nat(), fc.nat(), async (drawn, a, b) => {
        const { store, clock, audit } = await logOf(drawn);
        const span = clock.nowMs() - START_MS + 1;
        const [startDate, endDate] = [START_MS + (a % span), START_MS + (b % span)].sort((x, y) => x - y) as [number, number];
        const report = await audit.generateReport({ type: 'compliance', startDate, endDate, includeDetails: true });
        const rows = await allRows(store);
        expect(report.summary).toEqual(naiveRecount(rows, startDate, endDate));
        expect(await recomputeReport(store, report)).toEqual({ summary: report.summary, sections: report.sections });
        for (const { figures, entries, omitted } of report.sections) {
          if (entries === undefined) continue;
          expect(omitted).toBe(0);
          for (const { index, id } of entries) expect(rows[index]?.id).toBe(id);
          expect(Object.values(figures).reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(entries.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('prints as the reference prints it', async () => {
    const { audit, store, log, clock } = memoryLogger();
    await append(store, log, [
      decisionEvent(0),
      outcomeEvent(1, 0),
      decisionEvent(2),
      outcomeEvent(3, 2, { type: 'execution_failed' } as Partial<SecurityEvent>),
    ]);
    await append(store, log, [decisionEvent(4, { verdict: 'denied', more: { riskScore: 90 } })]);
    clock.advance(5_000);
    const report = await audit.generateReport({
      type: 'monthly',
      startDate: new Date(START_MS),
      endDate: new Date(START_MS + 28 * DAY_MS),
      includeDetails: true,
    });
    const { totalEvents, successRate, riskEvents, complianceScore } = report.summary;
    expect({ totalEvents, successRate, riskEvents, complianceScore }).toEqual({
      totalEvents: 5,
      successRate: 0.5,
      riskEvents: 1,
      complianceScore: 100,
    });
    expect(report.range).toMatchObject({ startDate: '2023-11-14T22:13:20.000Z' });
    const section = (name: string) => report.sections.find((one) => one.name === name);
    expect(section('types')?.figures).toEqual({ decision_made: 3, execution_failed: 1, execution_success: 1 });
    expect(section('days')?.figures).toEqual({ '2023-11-14': 5 });
    expect(section('reasons')?.figures).toEqual({ window_limit: 1 });
    expect(section('agents')?.figures).toEqual({ a1: 5 });
    expect(section('risk')).toMatchObject({
      figures: { transaction_denied: 1 },
      entries: [{ index: 4, eventType: 'transaction_denied' }],
      omitted: 0,
    });
  });

  it.each(['daily', 'weekly', 'monthly', 'incident', 'compliance'] as const)(
    'of type %s has its sections and its default range',
    async (type) => {
      const { audit, store, log } = memoryLogger();
      await append(
        store,
        log,
        [decisionEvent(0), decisionEvent(1, { atMs: START_MS - 6 * DAY_MS }), decisionEvent(2, { atMs: START_MS - 29 * DAY_MS })].reverse(),
      );
      const report = await audit.generateReport({ type });
      expect(report.summary.totalEvents).toBe({ daily: 1, incident: 1, weekly: 2, monthly: 3, compliance: 3 }[type]);
      const period = type === 'daily' || type === 'incident' ? 'hours' : 'days';
      const own = { incident: ['timeline'], compliance: ['approvals', 'changes', 'unenforced'], daily: [], weekly: [], monthly: [] }[type];
      const names = ['types', 'severities', period, 'agents', 'chains', 'reasons', 'risk', ...own, 'violations', 'outside'];
      expect(report.sections.map(({ name }) => name)).toEqual(names);
      expect(report.sections.every(({ entries }) => entries === undefined)).toBe(true);
      expect(await audit.verifyReport(report)).toMatchObject({ ok: true });
    },
  );

  it('says nothing where there is nothing', async () => {
    const { audit } = memoryLogger();
    const report = await audit.generateReport({ type: 'daily' });
    expect(report).toMatchObject({
      summary: { totalEvents: 0, successRate: null, complianceScore: null },
      checkpoint: null,
      logHead: { size: 0 },
    });
    expect(await audit.verifyReport(report)).toMatchObject({ ok: true });
  });

  it('counts money that moved without a decision, or under another one, against compliance', async () => {
    const { audit, store, log } = memoryLogger();
    await append(store, log, [
      decisionEvent(0),
      decisionEvent(1, { verdict: 'denied' }),
      outcomeEvent(2, 0),
      outcomeEvent(3, 1),
      outcomeEvent(4, 77),
      outcomeEvent(5, 0, { agent: 'a2' }),
      outcomeEvent(6, 8),
      decisionEvent(8),
    ]);
    const { summary, sections } = await audit.generateReport({ type: 'daily', endDate: START_MS + DAY_MS, includeDetails: true });
    expect(summary).toMatchObject({ checks: 10, violations: 4, complianceScore: 60 });
    expect(sections.find(({ name }) => name === 'violations')).toMatchObject({
      figures: { execution_undecided: 4 },
      entries: [{ index: 3 }, { index: 4 }, { index: 5 }, { index: 6 }],
    });
  });

  it('finds the decision of an execution before the range', async () => {
    const { audit, store, log } = memoryLogger();
    await append(store, log, [decisionEvent(0), outcomeEvent(1, 0, { at: START_MS + DAY_MS })]);
    const report = await audit.generateReport({ type: 'daily', startDate: START_MS + 1_000, endDate: START_MS + 2 * DAY_MS });
    expect(report.summary).toMatchObject({ totalEvents: 1, checks: 1, violations: 0 });
  });

  it.each<[string, object]>([
    ['no type', {}],
    ['a type that is none', { type: 'yearly' }],
    ['a type of every object', { type: 'constructor' }],
    ['a date that is none', { type: 'daily', startDate: 'x' }],
    ['an end before the start', { type: 'daily', startDate: START_MS, endDate: START_MS - 1 }],
    ['an unknown field', { type: 'daily', filter: {} }],
    ['details that are neither', { type: 'daily', includeDetails: 'yes' }],
  ])('is refused with %s', async (_, options) => {
    await expect(memoryLogger().audit.generateReport(options as ReportOptions)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('verifying a report', () => {
  const made = async () => {
    const path = temporaryFile();
    const { store, log, close } = await fileLog(path);
    await log.start();
    const events = Array.from({ length: 120 }, (_, n) => [decisionEvent(2 * n), outcomeEvent(2 * n + 1, 2 * n)]).flat();
    await append(store, log, events);
    await log.stop();
    const audit = loggerOver({
      store,
      log,
      clock: { nowMs: () => START_MS + 1_000, monotonicMs: () => 0, schedule: () => ({ cancel: () => undefined }) },
    });
    const report = await audit.generateReport({ type: 'daily', includeDetails: true });
    return { path, store, log, close, report };
  };

  it('holds while the log grows, and travels as JSON', async () => {
    const { store, log, close, report } = await made();
    expect(report.checkpoint).toMatchObject({ size: 240 });
    await append(store, log, [decisionEvent(900, { verdict: 'denied' })]);
    const travelled = JSON.parse(JSON.stringify(report)) as AuditReport;
    expect(await verifyReport(store, travelled, KEYS)).toMatchObject({ ok: true, integrity: { size: 241 } });
    await close();
  });

  it('fails for a figure, a line, a range, a head, a checkpoint or a key that is not right', async () => {
    const { store, close, report } = await made();
    const check = async (change: object, keys = KEYS) => {
      const result = await verifyReport(store, { ...report, ...change } as AuditReport, keys);
      return result.ok ? 'ok' : result.reason;
    };
    expect(await check({})).toBe('ok');
    expect(await check({ summary: { ...report.summary, complianceScore: 99 } })).toBe('figures_differ');
    expect(await check({ summary: { ...report.summary, extra: 1 } })).toBe('figures_differ');
    expect(await check({ sections: report.sections.slice(1) })).toBe('figures_differ');
    expect(await check({ type: 'weekly' })).toBe('figures_differ');
    expect(
      await check({ range: { ...report.range, toMs: report.range.toMs - 999, endDate: new Date(report.range.toMs - 999).toISOString() } }),
    ).toBe('figures_differ');
    expect(await check({ range: { ...report.range, endDate: '2030-01-01T00:00:00.000Z' } })).toBe('malformed_report');
    expect(await check({ logHead: { ...report.logHead, size: 239 } })).toBe('checkpoint_invalid');
    expect(await check({ logHead: { ...report.logHead, size: 239 }, checkpoint: null })).toBe('head_mismatch');
    expect(await check({ logHead: { ...report.logHead, chain: '0'.repeat(64) } })).toBe('head_mismatch');
    expect(await check({ logHead: { ...report.logHead, size: 300 } })).toBe('head_mismatch');
    expect(await check({ checkpoint: { ...report.checkpoint, size: 1 } })).toBe('checkpoint_invalid');
    expect(await check({ tenant: 'other' })).toBe('head_mismatch');
    expect(await check({}, { ...KEYS, publicKey: OTHER_KEY.publicKey })).toBe('checkpoint_invalid');
    for (const broken of [{ v: 2 }, { type: 'x' }, { range: null }, { logHead: undefined }, { checkpoint: 5 }, { summary: undefined }])
      expect(['malformed_report', 'figures_differ']).toContain(await check(broken));
    expect(await verifyReport(store, null as unknown as AuditReport, KEYS)).toEqual({ ok: false, reason: 'malformed_report' });
    await close();
  });

  it('fails where the log was edited behind it', async () => {
    const { path, store, close, report } = await made();
    tamper(path, (db) => db.exec(`UPDATE log SET entry = replace(entry, '"riskScore":10', '"riskScore":99') WHERE seq = 20`));
    expect(await verifyReport(store, report, KEYS)).toMatchObject({
      ok: false,
      reason: 'log_invalid',
      integrity: { problems: [{ kind: 'entry_altered', index: 20 }] },
    });
    await close();
  });

  it('fails where entries are gone', async () => {
    const { path, store, close, report } = await made();
    tamper(path, (db) => db.exec('DELETE FROM log WHERE seq = 20'));
    expect(await verifyReport(store, report, KEYS)).toMatchObject({ ok: false, reason: 'log_invalid' });
    await expect(recomputeReport(store, report)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await close();
  });
});

describe('over 50,000 entries', () => {
  it('a report takes seconds, and reads only its range', async () => {
    const { store, log, clock } = memoryLogger();
    const events = Array.from({ length: 25_000 }, (_, n) => {
      const at = START_MS + n * 60_000;
      return [decisionEvent(2 * n, { atMs: at }), outcomeEvent(2 * n + 1, 2 * n, { at })];
    }).flat();
    await append(store, log, events);
    clock.advance(25_000 * 60_000);
    const counted = countingStore(store);
    const audit = loggerOver({ store: counted.store, log, clock });
    const beganMs = performance.now();
    const report = await audit.generateReport({ type: 'monthly', startDate: START_MS, includeDetails: true });
    expect(performance.now() - beganMs).toBeLessThan(8_000);
    expect(report.summary).toMatchObject({ totalEvents: 50_000, successRate: 1, complianceScore: 100, checks: 75_000 });
    const before = counted.rows();
    expect((await audit.generateReport({ type: 'daily' })).summary.totalEvents).toBe(2 * 1_440);
    expect(counted.rows() - before).toBeLessThan(4_500);
  });
});
