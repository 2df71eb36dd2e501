import { describe, expect, it } from 'vitest';
import { LOSS_MINUTES, lossOverTime, precisionRecall } from '../../../src/integrations/bench/curves.ts';
import { judgeCampaigns, judgeEach } from '../../../src/integrations/bench/judge-campaigns.ts';
import type { StreamRow } from '../../../src/integrations/bench/stream-row.ts';
import { whatOf } from '../../../src/integrations/bench/timelines.ts';
import { payment } from '../habits/actions.ts';

/** A good payment, and a campaign of 1, 3 and 6 coins at once, after ten minutes and after two hours. */
const row = (seq: number, minutes: number, coins: bigint, campaign: string): StreamRow => ({
  ...{ wallet: 'w', seq, isOwn: true, isScored: true, isBad: campaign !== '', campaign, type: campaign === '' ? '' : 'drain' },
  action: payment(0, { atMs: minutes * 60_000, amount: coins * 10n ** 18n }),
});
const rows = [row(0, 0, 50n, ''), row(1, 100, 1n, 'c'), row(2, 110, 3n, 'c'), row(3, 220, 6n, 'c'), row(4, 300, 2n, '')];
const at =
  (...alarmed: readonly number[]) =>
  (place: number) =>
    alarmed.includes(place);

describe('one campaign', () => {
  it('is lost up to its first alarm, and late by as long', () => {
    expect(judgeEach(rows, at(0, 2, 3))).toMatchObject([
      { campaign: 'c', rows: [1, 2, 3], alarms: 2, firstAlarm: 1, delayMs: 600_000, lost: 0.1 },
    ]);
    expect(judgeCampaigns(rows, at(0, 2, 3)).types[0]).toMatchObject({ delayMs: 600_000, caught: 1 });
    expect(judgeCampaigns(rows, at()).types[0]).toMatchObject({ delayMs: null, caught: 0, lost: 1 });
  });

  it('loses over time what its actions move, and nothing after the alarm', () => {
    const loss = (isStopped: boolean, ...alarmed: readonly number[]): readonly number[] =>
      lossOverTime(rows, judgeEach(rows, at(...alarmed)), isStopped);
    const byMinutes = (minutes: number): number => LOSS_MINUTES.indexOf(minutes);
    const open = loss(false, 2);
    expect([open[0], open[byMinutes(5)], open[byMinutes(15)], open[byMinutes(180)]]).toEqual([0.1, 0.1, 0.4, 1]);
    expect(new Set(loss(true, 2))).toEqual(new Set([0.1]));
    expect(new Set(loss(true, 1))).toEqual(new Set([0]));
    expect(loss(true)).toEqual(open);
  });
});

describe('precision and recall', () => {
  it('are those of every threshold, recall rising', () => {
    expect(precisionRecall(rows, Float64Array.of(3, 5, 1, 4, 0))).toEqual([
      { recall: 1 / 3, precision: 1 },
      { recall: 2 / 3, precision: 1 },
      { recall: 1, precision: 3 / 4 },
    ]);
  });

  it('alarm rows of one score together', () => {
    expect(precisionRecall(rows, Float64Array.of(7, 7, 7, 7, 7))).toEqual([{ recall: 1, precision: 3 / 5 }]);
    expect(precisionRecall(rows, Float64Array.of(0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0))[0]).toEqual({
      recall: 2 / 3,
      precision: 1,
    });
    expect(precisionRecall(rows.slice(0, 1), Float64Array.of(1))).toEqual([]);
  });
});

describe('what an action moves', () => {
  it.each([
    [{ amount: 1_234_567_890_000_000_000_000n }, '1,234.5678 coin'],
    [{ amount: 5n }, '0 coin'],
    [{ asset: 'TOK', amount: 1_200n, decimals: 2, kind: 'token' as const }, '12 of TOK'],
    [{ asset: `0x${'ab'.repeat(20)}`, amount: 7n, decimals: 0, kind: 'token' as const }, '7 of 0xababab…'],
    [{ kind: 'allowance' as const }, 'allowance over coin'],
  ])('%o', (more, expected) => expect(whatOf({ action: payment(0, more) })).toBe(expected));
});
