import { bootstrap } from './bootstrap.ts';
import { type CurvePoint, LOSS_MINUTES, lossOverTime, precisionRecall } from './curves.ts';
import type { Scored } from './detector.ts';
import { type CampaignResult, judgeCampaigns, judgeEach } from './judge-campaigns.ts';
import type { ProtocolTable } from './protocol-table.ts';
import { HABIT_MODEL_VERSION } from './risk-parts.ts';
import { countedRows, type StreamRow } from './stream-row.ts';
import { type Timeline, timelinesOf } from './timelines.ts';

/** One detector over all counted rows. Shares are 0–1. */
export interface DetectorReport extends CampaignResult {
  readonly name: string;
  readonly rule: string;
  /** Share of campaigns caught, with the bounds that hold 95 % of the shares of wallets drawn anew. */
  readonly recall: { readonly value: number; readonly low: number; readonly high: number };
  readonly falseAlarms: { readonly value: number; readonly low: number; readonly high: number };
  readonly curve: readonly CurvePoint[];
  /** Share of value gone by each of `lossMinutes`. */
  readonly loss: readonly number[];
}

/** Wallets of one kind, under the first detector. */
export interface GroupReport {
  readonly group: string;
  readonly wallets: number;
  readonly good: number;
  readonly falsePer1000: number;
  readonly campaigns: number;
  readonly caught: number;
}

/** All that a run found: JSON-safe, the same for the same streams. */
export interface FraudReport {
  readonly form: 'castellan-fraud-report/1';
  readonly source: string;
  readonly model: string;
  readonly wallets: number;
  readonly actions: number;
  readonly counted: number;
  readonly bad: number;
  readonly campaigns: number;
  readonly detectors: readonly DetectorReport[];
  readonly groups: readonly GroupReport[];
  readonly lossMinutes: readonly number[];
  readonly lossUnstopped: readonly number[];
  /** Of the first detector: the line lies between the scores that alarmed and those that did not. */
  readonly threshold: number | null;
  readonly timelines: readonly Timeline[];
  /** Of the other tasks of the protocol; none where there is no labelled data. */
  readonly tables: readonly ProtocolTable[];
  /** What these figures do not show. */
  readonly limits: readonly string[];
}

/** What a report is made of. The first detector is the one that groups and timelines are of. */
export interface ReportInput {
  readonly source: string;
  readonly limits: readonly string[];
  readonly stream: readonly StreamRow[];
  readonly scored: readonly [Scored, ...Scored[]];
  readonly groupOf?: (wallet: string) => string;
  readonly tables?: readonly ProtocolTable[];
}

/** Judges every detector and gathers the figures, each to six digits after the point. */
export function toFraudReport({ source, limits, stream, scored, groupOf, tables = [] }: ReportInput): FraudReport {
  const rows = countedRows(stream);
  const [first] = scored;
  const judged = judgeEach(rows, first.isAlarm);
  const report: FraudReport = {
    ...{ form: 'castellan-fraud-report/1', source, model: HABIT_MODEL_VERSION, limits },
    wallets: new Set(rows.map(({ wallet }) => wallet)).size,
    ...{ actions: stream.length, counted: rows.length, bad: rows.filter(({ isBad }) => isBad).length },
    campaigns: judged.filter(({ isBad }) => isBad).length,
    detectors: scored.map((detector) => toDetectorReport(rows, detector)),
    groups: groupOf === undefined ? [] : groupsOf(rows, first, groupOf),
    lossMinutes: LOSS_MINUTES,
    lossUnstopped: lossOverTime(rows, judged, false),
    threshold: thresholdOf(rows, first),
    timelines: timelinesOf(rows, judged, first),
    tables,
  };
  return rounded(report);
}

function toDetectorReport(rows: readonly StreamRow[], { name, rule, scores, isAlarm }: Scored): DetectorReport {
  const byWallet = [...Map.groupBy(rows.keys(), (at) => (rows[at] as StreamRow).wallet).values()].map((places) => {
    const of = places.map((at) => rows[at] as StreamRow);
    const good = of.filter(({ isBad }) => !isBad).length;
    const { campaigns, caught, falsePer1000 } = judgeCampaigns(of, (at) => isAlarm(places[at] as number));
    return { campaigns, caught, good, falseAlarms: (falsePer1000 * good) / 1_000 };
  });
  const sum = (of: typeof byWallet, read: (one: (typeof byWallet)[number]) => number): number =>
    of.reduce((total, one) => total + read(one), 0);
  const ratio = (above: 'caught' | 'falseAlarms', below: 'campaigns' | 'good', times: number) =>
    bootstrap(
      byWallet,
      (drawn) =>
        (times * sum([...drawn], (one) => one[above])) /
        Math.max(
          1,
          sum([...drawn], (one) => one[below]),
        ),
    );
  return {
    ...{ name, rule },
    ...judgeCampaigns(rows, isAlarm),
    recall: ratio('caught', 'campaigns', 1),
    falseAlarms: ratio('falseAlarms', 'good', 1_000),
    curve: precisionRecall(rows, scores),
    loss: lossOverTime(rows, judgeEach(rows, isAlarm), true),
  };
}

function groupsOf(rows: readonly StreamRow[], { isAlarm }: Scored, groupOf: (wallet: string) => string): readonly GroupReport[] {
  return [...Map.groupBy(rows.keys(), (at) => groupOf((rows[at] as StreamRow).wallet))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, places]) => {
      const of = places.map((at) => rows[at] as StreamRow);
      const { falsePer1000, campaigns, caught } = judgeCampaigns(of, (at) => isAlarm(places[at] as number));
      const good = of.filter(({ isBad }) => !isBad).length;
      return { group, wallets: new Set(of.map(({ wallet }) => wallet)).size, good, falsePer1000, campaigns, caught };
    });
}

function thresholdOf(rows: readonly StreamRow[], { scores, isAlarm }: Scored): number | null {
  let [below, above] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const at of rows.keys()) {
    const score = scores[at] as number;
    if (isAlarm(at)) above = Math.min(above, score);
    else below = Math.max(below, score);
  }
  return Number.isFinite(below) && Number.isFinite(above) ? (below + above) / 2 : null;
}

/** The same with every number to six digits after the point, so that it reads well and no last digit of a processor shows. */
function rounded<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'number' ? Math.round(inner * 1e6) / 1e6 : inner)),
  ) as T;
}

/** The report as the text of a JSON file. */
export function reportJson(report: FraudReport): string {
  return `${JSON.stringify(report, null, 1)}\n`;
}
