import { type ApprovalTrack, measureApprovals } from '../../bench/fraud/approvals.ts';
import { measurePoisoning } from '../../bench/fraud/poisoning.ts';
import type { Bar } from './bar.ts';
import { dataBar, percent } from './risk-data.ts';

const poisoningBar = dataBar({
  name: 'T2: losses to addresses that imitate another',
  target: 'at least 97 % (95 % by value) at no more than 1 in 1,000 first payments',
  needs: ['address-poisoning', 'eth-wallet-histories'],
  isLong: true,
  async measure(data) {
    const { inHistories, fourAndFour, falsePer1000, firstTimePayees } = measurePoisoning(data);
    const all = inHistories.find(({ chain }) => chain === 'all');
    if (all === undefined) return { figure: 'failed: there are no losses', pass: false };
    const { byCount, byValue, losses } = all;
    const usual = fourAndFour.find(({ chain }) => chain === 'all');
    return {
      figure: `${percent(byCount.value)} (${percent(byValue.value)} by value) at ${falsePer1000.value.toFixed(2)} in 1,000`,
      pass: byCount.value >= 0.97 && byValue.value >= 0.95 && falsePer1000.value <= 1,
      notes: [
        `${losses} losses, 95 %: ${percent(byCount.low)} to ${percent(byCount.high)}; ${firstTimePayees} first payments, false alarms up to ${falsePer1000.high.toFixed(2)} in 1,000; four and four finds ${percent(usual?.byCount.value ?? 0)}`,
      ],
    };
  },
});

const STRICT = 0.01;
const WIDE = 0.1;
const ENOUGH = 0.9;

function lineOf({ percent: known, withOrdinary, at }: ApprovalTrack): string {
  const each = at.map(
    ({ bound, recall, falseShare }) => `${percent(recall.value)} at ${percent(falseShare.value)} (bound ${percent(bound)})`,
  );
  return `lists know ${known} %${withOrdinary ? ', with a list of ordinary accounts' : ''}: ${each.join(', ')}`;
}

const approvalBar = dataBar({
  name: 'T5: approvals for malicious spenders',
  target: 'at least what lists know at 1 % false alarms, at least 90 % without lists at 10 %; all encodings decoded',
  needs: ['approvals'],
  isLong: true,
  async measure(data) {
    const { tracks, approvals, decoded } = await measureApprovals(data);
    const plain = tracks.filter(({ withOrdinary }) => !withOrdinary);
    const met = ({ at }: ApprovalTrack, bound: number, least: number): boolean =>
      at.some((one) => one.bound === bound && one.recall.value >= least && one.falseShare.value <= bound);
    const without = plain.find((track) => track.percent === 0);
    const undecoded = Object.entries(decoded.encodings).filter(([, { asked, read }]) => asked === 0 || read !== asked);
    const isDecoded = undecoded.length === 0 && decoded.rows === approvals;
    const wide = without?.at.find(({ bound }) => bound === WIDE);
    return {
      figure: `${percent(wide?.recall.value ?? 0)} at ${percent(wide?.falseShare.value ?? 1)}, ${isDecoded ? 'all' : 'not all'} decoded`,
      pass:
        isDecoded && without !== undefined && met(without, WIDE, ENOUGH) && plain.every((track) => met(track, STRICT, track.percent / 100)),
      notes: [
        ...tracks.map(lineOf),
        `undecoded: ${undecoded.map(([name]) => name).join(', ') || 'none'} of ${Object.keys(decoded.encodings).length} encodings, ${approvals - decoded.rows} of ${approvals} rows`,
      ],
    };
  },
});

/** What owners lose by one signature. */
export const bars: readonly Bar[] = [poisoningBar, approvalBar];
