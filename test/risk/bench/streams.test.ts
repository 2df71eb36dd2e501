import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { foldOf, gaugesOf, learnTrack, TRAINING, thresholdFor } from '../../../bench/fraud/cross-validate.ts';
import { type GaugeTable, gaugeTable } from '../../../bench/fraud/gauge-table.ts';
import { readStreams, type StreamRow } from '../../../bench/fraud/read-streams.ts';
import { scoreByRival } from '../../../bench/fraud/rivals/rival.ts';
import { percentile, spendVelocity, zScore } from '../../../bench/fraud/rivals/simple-rivals.ts';
import { bootstrap } from '../../../src/integrations/bench/bootstrap.ts';
import { USUAL_STREAMS } from '../../../src/integrations/bench/index.ts';
import { judgeCampaigns } from '../../../src/integrations/bench/judge-campaigns.ts';
import { makeStreams } from '../../../src/integrations/bench/make-streams.ts';
import { GAUGES } from '../../../src/risk/habits/gauges/index.ts';
import { address } from '../habits/actions.ts';

const data = mkdtempSync(join(tmpdir(), 'castellan-streams-'));
afterAll(() => rmSync(data, { recursive: true }));
const HEAD = 'wallet,seq,ts,dir,signed,kind,counterparty,token,symbol,decimals,amount_raw,method,spender,allowance_raw,ok';

/** A wallet that pays three friends one coin a day for 30 days; then somebody new gets 2, 8 and 32 within three hours. */
function write(): readonly StreamRow[] {
  const rows: string[] = [];
  const labels: string[] = [];
  const day = 86_400;
  const pay = (seq: number, ts: number, to: string, coins: number, label: string, ok = 1): void => {
    rows.push(`0xw1,${seq},${ts},out,1,native,${to},,ETH,18,${coins}000000000000000000,,,,${ok}`);
    labels.push(`0xw1,${seq},${label}`);
  };
  for (let n = 0; n < 30; n += 1) pay(n, n * day, address(n % 3), 1, n < 20 ? '0,,,0' : '0,,,1');
  pay(30, 30 * day, address(9), 900, '0,,,0', 0);
  for (const [at, coins] of [2, 8, 32].entries()) pay(31 + at, 30 * day + at * 3_600, address(7), coins, '1,c1,drain,1');
  pay(34, 31 * day, address(8), 5, '0,s1,benign_move,1');
  rows.push(`0xw1,35,${31 * day + 5},in,0,erc20,${address(4)},0xt0,TOK,6,5,,,,1`);
  mkdirSync(join(data, 'streams'), { recursive: true });
  writeFileSync(join(data, 'streams/streams_dev.csv.gz'), gzipSync(`${[HEAD, ...rows.toReversed()].join('\r\n')}\r\n`));
  writeFileSync(
    join(data, 'streams/labels_dev.csv.gz'),
    gzipSync(['wallet,seq,label,campaign_id,campaign_type,score', ...labels].join('\n')),
  );
  return readStreams(data);
}
const stream = write();

describe('streams', () => {
  it('are read in the order of time, with what is known of each row', () => {
    expect(stream.map(({ seq }) => seq)).toEqual(Array.from({ length: 36 }, (_, at) => at));
    expect(stream[31]).toMatchObject({ isBad: true, isScored: true, isOwn: true, campaign: 'c1', type: 'drain' });
    expect(stream[31]?.action).toMatchObject({ kind: 'coin', asset: 'coin', amount: 2n * 10n ** 18n, atMs: 30 * 86_400_000 });
    expect(stream[30]?.isOwn).toBe(false);
    expect(stream[35]?.action).toMatchObject({ direction: 'in', kind: 'token', asset: '0xt0', amount: 5n });
  });

  it('are looked at row by row before the row is learnt, and failed ones teach nothing', () => {
    const { rows, values } = gaugeTable(stream);
    expect(rows.map(({ seq }) => seq)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32, 33, 34]);
    const read = (name: string, row: number): number =>
      values[row * GAUGES.length + GAUGES.findIndex((gauge) => gauge.name === name)] as number;
    expect(read('new_party', 10)).toBe(1);
    expect(read('new_party', 11)).toBe(0);
    // The failed 900 is no payment that 2 is small beside.
    expect(read('asset_above_most', 10)).toBe(1);
    expect(read('asset_above_most', 12)).toBe(2);
  });
});

describe('judging', () => {
  const { rows } = gaugeTable(stream);

  it('counts a campaign as caught by its first alarm, and what left before it as lost', () => {
    const result = judgeCampaigns(rows, (row) => rows[row]?.seq === 32 || rows[row]?.seq === 25);
    expect(result).toMatchObject({ campaigns: 1, caught: 1, macro: 1, surprised: 0 });
    expect(result.lost).toBeCloseTo(2 / 42, 9);
    expect(result.falsePer1000).toBeCloseTo(1_000 / 11, 9);
  });

  it('counts what nobody saw as lost, and alarms on surprises', () => {
    const result = judgeCampaigns(rows, (row) => rows[row]?.type === 'benign_move');
    expect(result).toMatchObject({ caught: 0, macro: 0, lost: 1, surprised: 1 });
    expect(result.types.map(({ type, alarms }) => [type, alarms])).toEqual([
      ['benign_move', 1],
      ['drain', 0],
    ]);
  });

  it('sets a threshold that good actions pass no more often than asked for', () => {
    const scores = Float64Array.from(rows, (_, at) => at);
    for (const bound of [0, 100, 200, 500]) {
      const threshold = thresholdFor(rows, scores, bound);
      expect(judgeCampaigns(rows, (row) => (scores[row] as number) > threshold).falsePer1000).toBeLessThanOrEqual(bound);
    }
  });
});

describe('the protocol', () => {
  it('keeps a wallet in one fold, and folds about even', () => {
    const folds = Array.from({ length: 5_000 }, (_, n) => foldOf(address(n)));
    expect(folds).toEqual(Array.from({ length: 5_000 }, (_, n) => foldOf(address(n))));
    for (let fold = 0; fold < 5; fold += 1) expect(Math.abs(folds.filter((of) => of === fold).length - 1_000)).toBeLessThan(150);
  });

  it('leaves out of the strict track what flatters a detector', () => {
    const strict = gaugesOf('strict').map((at) => GAUGES[at]?.name);
    expect(gaugesOf('full')).toHaveLength(GAUGES.length);
    for (const name of ['overdraws', 'balance_share', 'gap', 'fleet_parties']) expect(strict).not.toContain(name);
  });

  it('finds the same streams in whichever part of the data is there', () => {
    const other = join(data, 'other');
    mkdirSync(join(other, 'streams'), { recursive: true });
    for (const name of ['streams', 'labels'])
      copyFileSync(join(data, `streams/${name}_dev.csv.gz`), join(other, `streams/${name}_heldout.csv.gz`));
    expect(readStreams(other)).toEqual(stream);
    expect(() => readStreams(join(data, 'nowhere'))).toThrow('labels_dev');
  });

  it('learns from some wallets and judges others, by a threshold that those never set', { timeout: 60_000 }, () => {
    const [taught, unseen] = [5, 6].map((seed) => gaugeTable(makeStreams({ ...USUAL_STREAMS, walletsOfEach: 3, days: 120, seed })));
    const few = { ...TRAINING, trees: 25 };
    const { score, threshold } = learnTrack(taught as GaugeTable, 'strict', few);
    const { rows } = unseen as GaugeTable;
    const scores = score(unseen as GaugeTable);
    const judged = judgeCampaigns(rows, (row) => (scores[row] as number) > threshold);
    expect(judged.caught / judged.campaigns).toBeGreaterThan(0.6);
    expect(judged.falsePer1000).toBeLessThan(15);
    expect(learnTrack(taught as GaugeTable, 'strict', few).score(unseen as GaugeTable)).toEqual(scores);
  });

  it('draws wallets anew the same way each time, around the figure itself', () => {
    const figure = (drawn: readonly number[]): number => drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    const wallets = Array.from({ length: 200 }, (_, at) => at % 10);
    const interval = bootstrap(wallets, figure);
    expect(bootstrap(wallets, figure)).toEqual(interval);
    expect(interval.low).toBeLessThan(interval.value);
    expect(interval.high).toBeGreaterThan(interval.value);
    expect(interval.high - interval.low).toBeLessThan(1.2);
  });
});

describe('rivals', () => {
  it.each([zScore, percentile, spendVelocity])('$name alarms at what stands out, and at nothing of the usual', (rival) => {
    const scores = scoreByRival(rival, stream);
    expect([...scores.slice(0, 10)].every((score) => score <= rival.threshold)).toBe(true);
    expect(Math.max(...scores.slice(10, 13))).toBeGreaterThan(rival.threshold);
  });
});
