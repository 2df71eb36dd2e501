import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createAuditLogger, createSecurityManager, verifyReceipt } from '../../src/index.ts';
import { KEYS, offline } from '../manager/fixture.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
function auditOf(options: Parameters<typeof createAuditLogger>[0] = {}) {
  const audit = createAuditLogger(options);
  closing.push(() => audit.close());
  return audit;
}
const event = {
  eventType: 'transaction_authorized',
  actor: { type: 'agent', id: 'agent-1' },
  action: 'transfer',
  resource: { type: 'wallet', id: 'EQC' },
  outcome: 'success',
  severity: 'info' as const,
  details: { amount: '100', destination: 'EQD', riskScore: 25 },
  context: { requestId: 'req-001', sessionId: 'session-001', ipAddress: '192.168.1.1' },
};
const since = { startDate: new Date(Date.now() - 3_600_000), endDate: new Date(Date.now() + 3_600_000) };

describe('an audit logger of its own', () => {
  it('runs what the reference writes', async () => {
    const audit = auditOf({ enabled: true, retentionDays: 365, signEvents: true, compressionEnabled: true });
    // Nobody waits for this one.
    audit.log(event);
    await audit.log({ ...event, eventType: 'transaction_denied', outcome: 'denied', severity: 'error' });
    const events = await audit.query({
      ...since,
      eventTypes: ['transaction_authorized', 'transaction_denied'],
      actors: ['agent-1'],
      severity: ['warning', 'error', 'critical'],
      limit: 100,
    });
    expect(events.entries.map(({ action, outcome, source }) => [action, outcome, source])).toEqual([['transfer', 'denied', 'outside']]);
    expect((await audit.query({ sessionId: 'session-001' })).entries).toHaveLength(2);
    const report = await audit.generateReport({ type: 'monthly', ...since, includeDetails: true });
    expect(report.summary).toMatchObject({ totalEvents: 2 });
    for (const field of ['totalEvents', 'successRate', 'riskEvents', 'complianceScore']) expect(report.summary).toHaveProperty(field);
    const csv = await audit.export({
      format: 'csv',
      filter: { severity: ['error', 'critical'] },
      fields: ['timestamp', 'actor', 'action', 'outcome', 'details'],
    });
    expect(csv.data.trim().split('\r\n')).toHaveLength(2);
    const integrity = await audit.verifyIntegrity(since);
    expect(integrity).toMatchObject({ valid: true, invalidEntries: [] });
    expect(integrity.chainHash).toMatch(/^[0-9a-f]{64}$/);
    expect(await audit.retention()).toMatchObject({ retentionDays: 365 });
  });

  it('is not brought down by an entry that nobody waits for and that is refused', async () => {
    const audit = auditOf();
    audit.log({ ...event, eventType: 'decision_made' });
    await audit.log(event);
    expect(await audit.getHealth()).toMatchObject({ started: true, size: 1, outside: { accepted: 1, refused: 1 } });
  });

  it('signs each entry where it is told to, and gives receipts that others verify', async () => {
    const audit = auditOf({ signEvents: 'each' });
    const id = await audit.log(event);
    await expect.poll(async () => (await audit.getHealth()).unsigned).toBe(0);
    const receipt = await audit.receipt(id);
    if (receipt === undefined) throw new Error('no receipt');
    const tenant = 'default';
    expect(verifyReceipt(receipt, { tenant, publicKey: await audit.publicKey() })).toMatchObject({ ok: true });
    expect(verifyReceipt(receipt, { tenant, publicKey: new Uint8Array(32).fill(7) })).toMatchObject({ ok: false });
  });

  it('keeps to its bound of a minute and to its formats', async () => {
    const audit = auditOf({ maxEventsPerMinute: 2, exportFormats: ['json'] });
    await audit.log(event);
    await audit.log(event);
    await expect(audit.log(event)).rejects.toMatchObject({ code: 'REQUEST_DENIED', retryable: true });
    await expect(audit.export({ format: 'csv' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(JSON.parse((await audit.export({ format: 'json' })).data)).toHaveLength(2);
  });

  it('over a manager’s store, with its secret, is that manager’s log', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const security = createSecurityManager(
      offline({ keys: KEYS, agents: { a1: {} }, store: { open: () => ({ ...store, close: async () => undefined }) } }),
    );
    closing.push(() => security.shutdown(200));
    await security.execute({ id: 'r1', agentId: 'a1', to: 'nowhere', amount: '1', asset: 'ETH', context: { sessionId: 's-7' } });
    const audit = auditOf({ store, keys: KEYS });
    await audit.log(event);
    expect((await audit.query({ status: 'denied', sessionId: 's-7' })).entries).toMatchObject([{ eventType: 'transaction_denied' }]);
    expect((await security.audit.query({ sources: 'outside' })).entries).toHaveLength(1);
    await audit.close();
    expect(await security.audit.verifyIntegrity()).toMatchObject({ valid: true });
    const other = auditOf({ store, keys: { encryptionKey: '11'.repeat(32) } });
    await expect(other.log(event)).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
  });

  it('on a file needs a secret, outlives the process, and shows what was edited meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-audit-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    const store = sqliteStore({ path: join(folder, 'a.sqlite') });
    await expect(auditOf({ store }).log(event)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    {
      await using first = createAuditLogger({ store, keys: KEYS });
      await first.log(event);
    }
    const { DatabaseSync } = await import('node:sqlite');
    {
      await using second = createAuditLogger({ store, keys: KEYS });
      expect((await second.query()).entries).toHaveLength(1);
      expect(await second.verifyIntegrity()).toMatchObject({ valid: true });
    }
    const file = new DatabaseSync(join(folder, 'a.sqlite'));
    const tables = file.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
    const table = tables.map(({ name }) => name).find((name) => name === 'log') ?? '';
    file.exec(`UPDATE ${table} SET entry = replace(entry, '"amount":"100"', '"amount":"999"')`);
    file.close();
    await using third = createAuditLogger({ store, keys: KEYS });
    const found = await third.verifyIntegrity();
    expect([found.valid, found.invalidEntries.length > 0]).toEqual([false, true]);
  });

  it('refuses to be off, unsigned, or misspelt', () => {
    for (const wrong of [
      { enabled: false },
      { signEvents: false },
      { retentionDays: 0 },
      { keys: {} },
      { keys: { passphrase: 'long enough', encryptionKey: '11'.repeat(32) } },
      { retention: 1 },
      { exportFormats: ['xml'] },
    ])
      expect(() => createAuditLogger(wrong as never), JSON.stringify(wrong)).toThrowError(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          details: { problems: expect.arrayContaining([expect.stringContaining(Object.keys(wrong)[0] ?? '')]) },
        }),
      );
  });
});
