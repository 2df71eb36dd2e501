import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { measureIntentTables } from '../../../bench/fraud/intent.ts';
import { COVERAGES } from '../../../bench/fraud/list-coverage.ts';
import { tablesText } from '../../../bench/fraud/print-tables.ts';
import { addressTables, measureAddresses } from '../../../bench/fraud/screening.ts';
import { measureTonLists, tonTables } from '../../../bench/fraud/ton-lists.ts';

const DATA = process.env['CASTELLAN_DATA'] ?? resolve(fileURLToPath(new URL('../../..', import.meta.url)), '../shared/data');
const has = (folder: string): boolean => {
  const isThere = existsSync(join(DATA, folder));
  if (!isThere) console.warn(`SKIPPED: there is no ${folder} in ${DATA}; set CASTELLAN_DATA to the folder of the labelled data.`);
  return isThere;
};

describe.skipIf(!has('address-lists'))('T1', () => {
  it('finds every spelling of what is listed, and nothing else', { timeout: 120_000 }, async () => {
    const result = await measureAddresses(DATA);
    expect(result).toMatchObject({ errors: 0, blocked: 0, traps: [{ contracts: 4, blocked: [] }, { contracts: 6 }] });
    expect(result.spellings).toBeGreaterThan(14 * 20_000);
    for (const { percent, listed, recalled, recall, ordinaryBlocked } of result.coverage) {
      expect([recalled, ordinaryBlocked]).toEqual([listed, 0]);
      expect(recall.value).toBeCloseTo(percent / 100, 3);
    }
    process.stdout.write(`${tablesText(addressTables(result))}\n`);
  });
});

describe.skipIf(!has('intent-mismatch'))('T6', () => {
  it('is met: F1 at least 0.80 at no more than 5 % false alarms', { timeout: 120_000 }, () => {
    const [table] = measureIntentTables(DATA);
    const [f1, , falseRate] = table?.rows[0]?.figures ?? [];
    expect(table?.rows[0]?.name).toBe('castellan');
    expect(f1?.value).toBeGreaterThanOrEqual(0.8);
    expect(falseRate?.value).toBeLessThanOrEqual(0.05);
    expect(measureIntentTables(DATA)).toEqual([table]);
  });
});

describe.skipIf(!has('ton-lists'))('T7', () => {
  it('finds every form of what is listed, and nothing else', { timeout: 120_000 }, async () => {
    const result = await measureTonLists(DATA);
    expect(result.errors).toBe(0);
    expect(result.scammers).toBeGreaterThan(50);
    for (const { listed, recall, othersBlocked } of result.coverage) {
      expect(Math.round(recall.value * result.scammers)).toBe(listed);
      expect(othersBlocked).toBe(0);
    }
    expect(await measureTonLists(DATA)).toEqual(result);
    expect(tonTables(result)[0]?.rows).toHaveLength(COVERAGES.length);
  });
});
