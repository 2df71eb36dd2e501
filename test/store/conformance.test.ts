import { describe, expect, it } from 'vitest';
import { createMemoryStore, memoryStore } from '../../src/adapters/store/memory/index.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';

storeConformance({ describe, it, expect }, 'memory', (clock) => createMemoryStore({ clock }));
// Eight hot rows: nearly every read comes from the bytes that older rows are kept as.
storeConformance({ describe, it, expect }, 'memory, rows as bytes', (clock) => memoryStore({ hotRows: 8 }).open({ clock }));
