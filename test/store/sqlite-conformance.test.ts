import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
let cachedRows = 50_000;

// Every other file runs without a row cache, so that rows also come back from their serialized form.
storeConformance({ describe, it, expect }, 'sqlite', (clock) => {
  cachedRows = cachedRows === 1 ? 50_000 : 1;
  return sqliteStore({ path: join(directory, `${files++}.sqlite`), cachedRows }).open({ clock, random: systemRandom() });
});
