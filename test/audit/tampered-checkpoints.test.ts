import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { logOrigin, signCheckpoint } from '../../src/audit/index.ts';
import { checkpointKey } from '../../src/audit/stored-checkpoint.ts';
import { leafHash, nodeHash } from '../../src/core/index.ts';
import { KEY, OTHER_KEY, tamper } from './fixture.ts';
import { afterTampering, named, readDoc, signedFile, verify, writeDoc } from './signed-file.ts';

describe('tampering with head or checkpoints is named', () => {
  it.each([
    ["json_set(v, '$.size', 1251)", 'entry_missing@1250'],
    ["json_set(v, '$.size', 1249)", 'head_mismatch@1249'],
    [`json_set(v, '$.chain', '${'0'.repeat(64)}')`, 'head_mismatch@1250'],
    ["json_set(v, '$.size', 'many')", 'head_mismatch@null'],
    ["'no json'", 'head_mismatch@null'],
  ])('the head edited: %s', async (expression, problem) => {
    expect(await afterTampering((db) => db.exec(`UPDATE kv SET v = ${expression} WHERE k = 'head'`))).toContain(problem);
  });

  it('a checkpoint replaced by one of another key, of another size, of another tree, or by none', async () => {
    const root = nodeHash(leafHash('a'), leafHash('b'));
    const other = signCheckpoint({ origin: logOrigin('acme'), size: 800, root }, OTHER_KEY);
    const stolen = signCheckpoint({ origin: logOrigin('acme'), size: 800, root }, KEY);
    const replaced = (change: (value: Record<string, unknown>, db: DatabaseSync) => unknown): Promise<readonly string[]> =>
      signedFile().then(async ({ path }) => {
        const value = readDoc(path, checkpointKey(800));
        tamper(path, (db) => writeDoc(db, checkpointKey(800), change(value, db)));
        return named(await verify(path));
      });
    expect(await replaced((value) => ({ ...value, note: other }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, note: stolen }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, size: 700 }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, frontier: [] }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced(() => 7)).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, note: String(value['note']).replace(/.$/m, '') }))).toEqual(['checkpoint_invalid@800']);
  });

  it('the latest checkpoint forged, set back or removed', async () => {
    expect(await afterTampering((db) => db.exec("DELETE FROM kv WHERE k = 'doc/checkpoint/latest'"))).toEqual(['checkpoint_invalid@null']);
    expect(await afterTampering((db) => writeDoc(db, 'checkpoint/latest', { v: 1 }))).toEqual(['checkpoint_invalid@null']);
    expect(await afterTampering((db) => db.exec("UPDATE kv SET v = 'no json' WHERE k = 'doc/checkpoint/latest'"))).toContain(
      'checkpoint_invalid@null',
    );
    const setBack = (db: DatabaseSync): void => {
      db.prepare("UPDATE kv SET v = (SELECT v FROM kv WHERE k = ?) WHERE k = 'doc/checkpoint/latest'").run(`doc/${checkpointKey(1_100)}`);
    };
    expect(await afterTampering(setBack)).toEqual(['checkpoint_invalid@1100']);
  });

  it('a held checkpoint that is no checkpoint of this log', async () => {
    const { path, held } = await signedFile();
    expect(named(await verify(path, { checkpoint: held.replace('acme', 'acne') }))).toEqual(['checkpoint_invalid@null']);
    expect(named(await verify(path, { checkpoint: '' }))).toEqual(['checkpoint_invalid@null']);
    expect(named(await verify(path, { publicKey: OTHER_KEY.publicKey }))).toContain('checkpoint_invalid@100');
  });

  it('every entry shifted, without a list that grows for ever', async () => {
    const file = await signedFile();
    tamper(file.path, (db) => db.exec("UPDATE log SET entry = entry || ' '"));
    const report = await verify(file.path);
    expect(report).toMatchObject({ valid: false, truncated: true });
    expect(report.problems).toHaveLength(200);
  });
});
