import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type AuditLog, createAuditLog } from '../../src/audit/index.ts';
import { type Clock, createAttestationKey, type SecurityEvent, type Step, type Store } from '../../src/core/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

export const KEY = createAttestationKey('log', new Uint8Array(32).fill(7));
export const OTHER_KEY = createAttestationKey('other', new Uint8Array(32).fill(8));
export const TENANT = 'acme';

/** A simple event; ids sort by number. */
export function eventOf(number: number, more: Partial<SecurityEvent> = {}): SecurityEvent {
  const type = 'execution_success';
  return {
    v: 1,
    id: `event-${String(number).padStart(8, '0')}`,
    tenant: TENANT,
    at: 1_700_000_000_000 + number,
    agent: `a${number % 3}`,
    severity: 'info',
    type,
    details: { requestId: `r${number}`, amount: String(number) },
    ...more,
  } as SecurityEvent;
}

/** Steps of one entry each. */
export function stepsOf(log: AuditLog, from: number, count: number): Step[] {
  return Array.from({ length: count }, (_, index) => ({ commands: [log.command(eventOf(from + index))] }));
}

/** A log in memory under a manual clock. */
export function memoryLog(options: { readonly checkpointEvery?: number; readonly checkpointMs?: number } = {}): {
  readonly store: Store;
  readonly log: AuditLog;
  readonly clock: ManualClock;
} {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  return { store, clock, log: createAuditLog({ store, key: KEY, tenant: TENANT, clock, random: createSeededRandom('log'), ...options }) };
}

/** A file in a directory that goes with the test. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'store.db');
}

/** Opens a log in a file; `close` closes both. */
export async function fileLog(
  path: string,
  clock: Clock = systemClock(),
  checkpointEvery = 100,
): Promise<{ readonly store: Store; readonly log: AuditLog; readonly close: () => Promise<void> }> {
  const random = systemRandom();
  const store = await createSqliteStore({ path, clock, random });
  const log = createAuditLog({ store, key: KEY, tenant: TENANT, clock, random, checkpointEvery });
  const close = async (): Promise<void> => {
    await log.stop();
    await store.close();
  };
  return { store, log, close };
}

/** Changes the file behind the store's back. */
export function tamper(path: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(path);
  try {
    change(db);
  } finally {
    db.close();
  }
}
