import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditLogger, createSecurityManager } from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { lastingStore, tonAddress } from './environment.ts';

/** The month that the snippets ask about, and the moment at which they do. */
const NOW = Date.UTC(2026, 1, 27, 12);
const clock = createManualClock(NOW);
const audit = createAuditLogger({ enabled: true, retentionDays: 365, signEvents: true, compressionEnabled: true, clock });
const entry = {
  eventType: 'transaction_authorized',
  actor: { type: 'agent', id: 'agent-1' },
  action: 'transfer',
  resource: { type: 'wallet', id: tonAddress('wallet') },
  outcome: 'success',
  severity: 'info' as const,
  details: { amount: '100', destination: tonAddress('destination'), riskScore: 25 },
  context: { requestId: 'req-001', sessionId: 'session-001', ipAddress: '192.168.1.1' },
};
let folder: string;
beforeAll(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'castellan-reference-'));
});
afterAll(async () => {
  await audit.close();
  await fs.rm(folder, { recursive: true });
});

describe('the audit logger', () => {
  it('logs what nobody waits for', async () => {
    audit.log(entry);
    await audit.log({ ...entry, eventType: 'transaction_denied', outcome: 'denied', severity: 'error' });
    const found = await audit.query({ eventTypes: ['transaction_authorized'] });
    expect(found.entries).toMatchObject([{ action: 'transfer', outcome: 'success', severity: 'info', source: 'outside' }]);
    expect((await audit.query({ sessionId: 'session-001', requestId: 'req-001' })).entries).toHaveLength(2);
  });

  it('finds by time, type, actor and severity', async () => {
    const events = await audit.query({
      startDate: new Date('2026-02-01'),
      endDate: new Date(clock.nowMs()),
      eventTypes: ['transaction_authorized', 'transaction_denied'],
      actors: ['agent-1'],
      severity: ['warning', 'error', 'critical'],
      limit: 100,
    });
    const lines: string[] = [];
    for (const event of events.entries) lines.push(`${event.timestamp}: ${event.action} - ${event.outcome}`);
    expect(lines).toEqual(['2026-02-27T12:00:00.000Z: transfer - denied']);
    expect(events.cursor).toBeNull();
    const earlier = await audit.query({ startDate: new Date('2026-01-01'), endDate: new Date('2026-01-31') });
    expect(earlier.entries).toEqual([]);
  });

  it('reports a month', async () => {
    const report = await audit.generateReport({
      type: 'monthly',
      startDate: new Date('2026-02-01'),
      endDate: new Date('2026-02-28'),
      includeDetails: true,
    });
    const { totalEvents, successRate, riskEvents, complianceScore } = report.summary;
    // Others’ words are counted and rated by nobody.
    expect([totalEvents, successRate, riskEvents, complianceScore]).toEqual([2, null, 0, null]);
    expect(await audit.verifyReport(report)).toMatchObject({ ok: true });
  });

  it('exports what is severe as CSV', async () => {
    const csv = await audit.export({
      format: 'csv',
      filter: { severity: ['error', 'critical'] },
      fields: ['timestamp', 'actor', 'action', 'outcome', 'details'],
    });
    await fs.writeFile(join(folder, 'audit-report.csv'), csv.data);
    const [head, row, ...rest] = (await fs.readFile(join(folder, 'audit-report.csv'), 'utf8')).trim().split('\r\n');
    // Whose word it is stands behind the fields that were asked for.
    expect([head, rest]).toEqual(['"timestamp","actor","action","outcome","details","source"', []]);
    expect(row).toMatch(/^"2026-02-27T12:00:00.000Z",.*agent-1.*,"transfer","denied",/);
  });

  it('verifies its chain', async () => {
    const integrity = await audit.verifyIntegrity({ startDate: new Date('2026-02-01'), endDate: new Date(clock.nowMs()) });
    expect([integrity.valid, integrity.invalidEntries]).toEqual([true, []]);
    expect(integrity.chainHash).toMatch(/^[0-9a-f]{64}$/);
    expect(await audit.retention()).toMatchObject({ retentionDays: 365 });
  });
});

describe('a log that somebody edited', () => {
  it('says so, and where', async () => {
    const store = lastingStore();
    const keys = { encryptionKey: '31'.repeat(32) };
    const writer = createAuditLogger({ store, keys });
    await writer.log(entry);
    await writer.log({ ...entry, action: 'stake' });
    await writer.close();
    const inner = store.open();
    const edited = {
      open: () => ({
        ...inner,
        log: async (from: number, limit: number) =>
          (await inner.log(from, limit)).map((row) => ({ ...row, entry: row.entry.replace('"amount":"100"', '"amount":"999"') })),
      }),
    };
    await using audit = createAuditLogger({ store: edited, keys });
    const integrity = await audit.verifyIntegrity({ startDate: new Date('2026-02-01'), endDate: new Date(Date.now() + 60_000) });
    expect(integrity.valid).toBe(false);
    if (!integrity.valid) expect(integrity.invalidEntries.length).toBe(2);
  });
});

describe('a manager’s own log', () => {
  it('takes the same calls', async () => {
    await using security = createSecurityManager({ audit: { enabled: true, retentionDays: 365, signEvents: true } });
    security.audit.log(entry);
    await security.audit.log(entry);
    const range = { startDate: new Date(Date.now() - 60_000), endDate: new Date(Date.now() + 60_000) };
    const report = await security.audit.generateReport({ type: 'monthly', ...range, includeDetails: true });
    expect(report.summary).toMatchObject({ totalEvents: expect.any(Number), outsideEvents: 2 });
    expect(await security.audit.verifyIntegrity(range)).toMatchObject({ valid: true, invalidEntries: [] });
  });
});
