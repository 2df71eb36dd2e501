import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { accountTables, measureAccounts } from '../../../bench/fraud/account-prefixes.ts';
import { approvalTables, measureApprovals } from '../../../bench/fraud/approvals.ts';
import { measurePoisoning, poisoningTables } from '../../../bench/fraud/poisoning.ts';
import { tablesText } from '../../../bench/fraud/print-tables.ts';

const DATA = process.env['CASTELLAN_DATA'] ?? resolve(fileURLToPath(new URL('../../..', import.meta.url)), '../shared/data');
const present = (folder: string): boolean => {
  const is = existsSync(join(DATA, folder));
  if (!is) console.warn(`SKIPPED: there is no ${folder} on this machine; set CASTELLAN_DATA to its parent folder.`);
  return is;
};
const hasHistories = present('eth-wallet-histories');

describe.skipIf(!present('address-poisoning') || !hasHistories)('payments to lookalikes (T2)', () => {
  it('are stopped in real wallets, by count and by value, and first payments are not', { timeout: 900_000 }, () => {
    const result = measurePoisoning(DATA);
    process.stdout.write(`${tablesText(poisoningTables(result))}\n`);
    const ofAll = result.inHistories.find(({ chain }) => chain === 'all');
    expect(result.inHistories.map(({ chain }) => chain)).toEqual(['ethereum', 'bsc', 'all']);
    for (const { byCount, byValue } of result.inHistories) {
      expect(byCount.low).toBeGreaterThanOrEqual(0.97);
      expect(byValue.low).toBeGreaterThanOrEqual(0.95);
    }
    expect(ofAll?.losses).toBeGreaterThan(3_000);
    expect(result.firstTimePayees).toBeGreaterThan(25_000);
    expect(result.falsePer1000.high).toBeLessThanOrEqual(1);
    // The usual rule is measured on the same losses, so that a figure that says nothing would show.
    expect(result.fourAndFour.find(({ chain }) => chain === 'all')?.byCount.high).toBeLessThan(0.5);
    for (const { made, found, unlike } of result.ton.forms) expect([found, unlike]).toEqual([made, 0]);
    expect(result.ton.collisions).toBe(0);
    expect(measurePoisoning(DATA)).toEqual(result);
  });
});

describe.skipIf(!present('approvals') || !hasHistories || !present('address-lists'))('rights for thieves (T5)', () => {
  it('are read in every encoding, and found as far as lists and habits tell', { timeout: 900_000 }, async () => {
    const result = await measureApprovals(DATA);
    process.stdout.write(`${tablesText(approvalTables(result))}\n`);
    expect(result.decoded.rows).toBe(result.approvals);
    for (const [name, { asked, read }] of Object.entries(result.decoded.encodings)) expect([name, read]).toEqual([name, asked]);
    const at = (percent: number, withOrdinary: boolean, bound: number) => {
      const track = result.tracks.find((one) => one.percent === percent && one.withOrdinary === withOrdinary);
      return track?.at.find((one) => one.bound === bound);
    };
    for (const { percent, withOrdinary, at: bounds } of result.tracks)
      for (const { bound, recall, falseShare } of bounds) {
        expect(falseShare.value).toBeLessThanOrEqual(bound);
        expect(recall.value, `${percent} ${withOrdinary} ${bound}`).toBeGreaterThanOrEqual(percent / 100);
      }
    expect(at(0, true, 0.1)?.recall.value).toBeGreaterThanOrEqual(0.9);
    // Without any list the bar of 90 % is not reached: first uses of something look the same.
    expect(at(0, false, 0.1)?.recall.value).toBeGreaterThanOrEqual(0.8);
    expect(at(0, false, 0.1)?.recall.value).toBeLessThan(0.9);
    expect(at(50, false, 0.1)?.recall.value).toBeGreaterThanOrEqual(0.9);
    // Once more, by half of the bad ones listed: each share is measured for itself.
    expect(await measureApprovals(DATA, [50])).toEqual({ ...result, tracks: result.tracks.filter(({ percent }) => percent === 50) });
  });
});

describe.skipIf(!present('eth-account-prefixes'))('accounts by their first transactions (T3)', () => {
  it('are hardly told apart by what is free of their age, and by the date alone they are', { timeout: 600_000 }, () => {
    const result = measureAccounts(DATA);
    process.stdout.write(`${tablesText(accountTables(result))}\n`);
    expect(result.accounts).toBeGreaterThan(7_000);
    expect(result.byDate.auc.value).toBeGreaterThan(0.99);
    for (const { name, auc } of result.ageless) expect(Math.abs(auc.value - 0.5), name).toBeLessThan(0.25);
    expect(measureAccounts(DATA)).toEqual(result);
  });
});
