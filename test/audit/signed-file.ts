import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { type IntegrityReport, parseEntry, toEntry } from '../../src/audit/index.ts';
import { checkpointKey } from '../../src/audit/stored-checkpoint.ts';
import { chainHash, leafHash } from '../../src/core/index.ts';
import { fileLog, stepsOf, tamper, temporaryFile } from './fixture.ts';

export const SIZE = 1_250;

const folder = mkdtempSync(join(tmpdir(), 'castellan-integrity-'));
const original = join(folder, 'store.db');
let held = '';
/** Made once per process, by whichever test file asks first. */
let making: Promise<void> | undefined;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A copy of the file, and the checkpoint at 1,200 as an operator would have kept it. */
export async function signedFile(): Promise<{ readonly path: string; readonly held: string }> {
  making ??= makeOriginal();
  await making;
  const path = temporaryFile();
  copyFileSync(original, path);
  return { path, held };
}

/** A file with 1,250 entries signed every hundred. */
async function makeOriginal(): Promise<void> {
  const path = original;
  const { store, log, close } = await fileLog(path);
  await log.start();
  for (let from = 0; from < SIZE; from += 50) {
    await store.apply(stepsOf(log, from, Math.min(50, SIZE - from)));
    while (log.health().unsigned >= 100) await new Promise((resolve) => setImmediate(resolve));
  }
  await close();
  held = String(readDoc(path, checkpointKey(1_200))['note']);
  // The copies are of one file: nothing may be left beside it.
  tamper(path, (db) => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
}

export function readDoc(path: string, key: string): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  tamper(path, (db) => {
    value = (JSON.parse(String(db.prepare('SELECT v FROM kv WHERE k = ?').get(`doc/${key}`)?.v)) as { value: Record<string, unknown> })
      .value;
  });
  return value;
}

export function writeDoc(db: DatabaseSync, key: string, value: unknown): void {
  db.prepare('UPDATE kv SET v = ? WHERE k = ?').run(JSON.stringify({ version: 99, value }), `doc/${key}`);
}

export interface Row {
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  readonly epoch: number;
  readonly entry: string;
  readonly leaf: string;
  readonly chain: string;
}

export const rowsOf = (db: DatabaseSync): Row[] => db.prepare('SELECT * FROM log ORDER BY seq').all() as unknown as Row[];

/** Puts other rows in place of all, with leaves, links, positions and head made anew: the work of a careful forger. */
export function rewrite(db: DatabaseSync, rows: readonly Row[]): void {
  db.exec('DELETE FROM log');
  const put = db.prepare('INSERT INTO log (seq, id, at, epoch, entry, leaf, chain) VALUES (?, ?, ?, ?, ?, ?, ?)');
  let chain = '0'.repeat(64);
  for (const [seq, row] of rows.entries()) {
    const leaf = leafHash(row.entry);
    chain = chainHash(chain, leaf);
    put.run(seq, row.id, row.at, row.epoch, row.entry, leaf, chain);
  }
  db.prepare("UPDATE kv SET v = json_set(v, '$.size', ?, '$.chain', ?) WHERE k = 'head'").run(rows.length, chain);
}

export const forged = (row: Row): Row => ({ ...row, entry: toEntry({ ...parseEntry(row.entry), severity: 'critical' }).entry });

export async function verify(
  path: string,
  options: { readonly checkpoint?: string; readonly from?: number; readonly to?: number; readonly publicKey?: Uint8Array } = {},
): Promise<IntegrityReport> {
  const { log, close } = await fileLog(path);
  const report = await log.verifyIntegrity(options);
  await close();
  return report;
}

export const named = (report: IntegrityReport): readonly string[] => report.problems.map(({ kind, index }) => `${kind}@${index}`);

export async function afterTampering(change: (db: DatabaseSync) => void): Promise<readonly string[]> {
  const file = await signedFile();
  tamper(file.path, change);
  const report = await verify(file.path);
  expect(report.valid).toBe(false);
  for (const { detail } of report.problems) expect(detail).not.toBe('');
  return named(report);
}
