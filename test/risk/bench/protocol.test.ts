import { describe, expect, it } from 'vitest';
import { besideLists, LIST_COVERAGES, listedRows, listTable } from '../../../bench/fraud/campaign-lists.ts';
import { crossValidate, TRAINING } from '../../../bench/fraud/cross-validate.ts';
import { gaugeTable } from '../../../bench/fraud/gauge-table.ts';
import { heldOutTable, measureHeldOut } from '../../../bench/fraud/hold-out.ts';
import { COVERAGES, revealed } from '../../../bench/fraud/list-coverage.ts';
import { tablesText } from '../../../bench/fraud/print-tables.ts';
import { evmSpellings, MAINNET, TON, tonSpellings } from '../../../bench/fraud/spellings.ts';
import { parseAccount } from '../../../src/core/index.ts';
import { makeStreams } from '../../../src/integrations/bench/make-streams.ts';
import type { StreamRow } from '../../../src/integrations/bench/stream-row.ts';
import { readSpelling } from '../../../src/risk/screening/spelling.ts';
import { address, payment } from '../habits/actions.ts';

describe('spellings', () => {
  it('are all of the one account, and differ', () => {
    for (let n = 0; n < 20; n += 1) {
      const all = evmSpellings(address(n));
      expect(new Set(all).size).toBe(all.length);
      const keys = all.map((text) => readSpelling(text, [MAINNET])?.split(':')[2]);
      expect(new Set(keys)).toEqual(new Set([address(n)]));
    }
  });

  it('of TON as well, on both workchains', () => {
    for (const workchain of [0, -1]) {
      const id = parseAccount(`${TON}:${workchain}:${address(1).slice(2)}${address(2).slice(2, 26)}`);
      expect(new Set(tonSpellings(id).map((text) => readSpelling(text, [TON])))).toEqual(new Set([id]));
      expect(new Set(tonSpellings(id)).size).toBe(8);
    }
  });
});

describe('what lists reveal', () => {
  it('is a fixed choice, and what little coverage reveals more reveals too', () => {
    const all = Array.from({ length: 200 }, (_, n) => address(n));
    const sets = COVERAGES.map((percent) => revealed(all, percent));
    expect(sets.map(({ size }) => size)).toEqual([0, 50, 100, 150, 200]);
    for (const [at, set] of sets.entries()) for (const one of set) expect(sets.slice(at).every((more) => more.has(one))).toBe(true);
    expect(revealed(all.toReversed(), 50)).toEqual(revealed(all, 50));
  });

  const bad = (seq: number, campaign: string, party: string): StreamRow => ({
    ...{ wallet: `w${seq % 3}`, seq, isOwn: true, isScored: true, isBad: campaign !== '', campaign, type: campaign === '' ? '' : 'theft' },
    action: payment(seq, { party }),
  });
  const rows = [
    ...Array.from({ length: 40 }, (_, n) => bad(n, `c${n}`, address(1_000 + n))),
    ...Array.from({ length: 60 }, (_, n) => bad(40 + n, '', address(n))),
    bad(100, '', ''),
  ];

  it('catches as many campaigns of one address each, and nobody else', async () => {
    const listed = await listedRows(rows);
    const results = besideLists(rows, { isAlarm: () => false }, listed);
    expect(results.map(({ percent, result }) => [percent, result.caught, result.falsePer1000])).toEqual(
      LIST_COVERAGES.map((percent) => [percent, (percent * 40) / 100, 0]),
    );
    for (const { recall, result } of results) {
      expect(recall.value).toBeCloseTo(result.caught / 40, 12);
      expect(recall.low).toBeLessThanOrEqual(recall.value);
    }
    const table = listTable('nobody', results);
    expect(table.rows[0]).toMatchObject({ name: 'theft (40)', figures: [{ value: 0 }, { value: 0.25 }, { value: 0.5 }, { value: 0.75 }] });
    expect(tablesText([table])).toContain('lists know 75 %');
  });

  it('adds to a detector what that does not catch, and its false alarms stay', async () => {
    const isAlarm = (at: number): boolean => at < 20 || at === 50;
    const [without, , , most] = besideLists(rows, { isAlarm }, await listedRows(rows));
    expect(without?.result).toMatchObject({ caught: 20, campaigns: 40 });
    expect(most?.result.caught).toBeGreaterThan(30);
    expect(most?.result.falsePer1000).toBe(without?.result.falsePer1000);
    expect(without?.falseAlarms.value).toBeCloseTo(1_000 / 61, 9);
  });
});

describe('types that the model never saw', () => {
  const gauges = gaugeTable(makeStreams({ seed: 5, walletsOfEach: 2, days: 90 }));
  const training = { ...TRAINING, trees: 1 };

  it('are left out of what it learns: what they are labelled changes nothing', () => {
    const held = gauges.rows.find(({ isBad }) => isBad)?.type ?? '';
    const learns = ({ type }: StreamRow): boolean => type !== held;
    const otherwise = { ...gauges, rows: gauges.rows.map((row) => (row.type === held ? { ...row, campaign: 'another' } : row)) };
    const scores = crossValidate(gauges, 'strict', training, { learns });
    expect(crossValidate(otherwise, 'strict', training, { learns })).toEqual(scores);
    expect(crossValidate(gauges, 'strict', training)).not.toEqual(scores);
  });

  it('are judged one by one, beside what is caught of them otherwise', () => {
    const lines: string[] = [];
    const held = measureHeldOut(gauges, 'strict', training, 4.5, (line) => lines.push(line));
    const types = new Set(gauges.rows.flatMap(({ isBad, type }) => (isBad ? [type] : [])));
    expect(held.map(({ type }) => type)).toEqual([...types].sort());
    expect(lines).toHaveLength(types.size);
    for (const { caught, campaigns, falsePer1000 } of held) {
      expect(caught).toBeLessThanOrEqual(campaigns);
      expect(falsePer1000).toBeLessThanOrEqual(4.5);
    }
    const table = heldOutTable('strict', held, new Map(held.map(({ type, campaigns }) => [type, campaigns])));
    expect(table.rows).toHaveLength(types.size + 1);
    expect(table.rows.at(-1)?.figures[1]).toEqual({ unit: 'share', value: 1 });
  });
});
