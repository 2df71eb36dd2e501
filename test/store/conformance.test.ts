import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-store-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

storeConformance({ describe, it, expect }, 'memory', (clock) => createMemoryStore({ clock }));
// Eight hot rows: nearly every read comes from the bytes that older rows are kept as.
storeConformance({ describe, it, expect }, 'memory, rows as bytes', (clock) => createMemoryStore({ clock, hotRows: 8 }));
storeConformance({ describe, it, expect }, 'sqlite', (clock) => createSqliteStore({ path: join(directory, `${files++}.sqlite`), clock, random: systemRandom() }));
storeConformance({ describe, it, expect }, 'sqlite, no row cache', (clock) => createSqliteStore({ path: join(directory, `${files++}.sqlite`), clock, random: systemRandom(), cachedRows: 1 }));
