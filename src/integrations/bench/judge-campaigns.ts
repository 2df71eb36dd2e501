import { isAllowance, unitsOf } from './risk-parts.ts';
import type { StreamRow } from './stream-row.ts';

/** How a detector did on campaigns of one type, or on harmless surprises of one. */
export interface TypeResult {
  readonly type: string;
  readonly isBad: boolean;
  readonly campaigns: number;
  readonly caught: number;
  readonly actions: number;
  readonly alarms: number;
  /** Share of a campaign's value that left before the first alarm, mean over campaigns. An allowance counts as 1. */
  readonly lost: number;
  /** From the first action to the first alarm, ms, median over those caught; null where none was. */
  readonly delayMs: number | null;
}

/** A detector's result over all scored rows. */
export interface CampaignResult {
  readonly types: readonly TypeResult[];
  readonly campaigns: number;
  readonly caught: number;
  /** Share caught, mean over types. */
  readonly macro: number;
  readonly lost: number;
  /** Alarms on good actions, per 1,000 of them. */
  readonly falsePer1000: number;
  /** Share of harmless surprises' actions that were alarmed. */
  readonly surprised: number;
}

/** One campaign, or one harmless surprise, and what came of it. */
export interface JudgedCampaign {
  readonly campaign: string;
  readonly type: string;
  readonly isBad: boolean;
  /** Places of its counted rows. */
  readonly rows: readonly number[];
  readonly startMs: number;
  readonly alarms: number;
  /** Place among `rows` of the first alarm; −1 for none. */
  readonly firstAlarm: number;
  readonly delayMs: number | null;
  /** Share of its value that left before the first alarm; 1 where there was none. */
  readonly lost: number;
}

/** What an action is worth beside others of its campaign: whole units, and 1 for an allowance. */
export function worthOf({ action }: StreamRow): number {
  return isAllowance(action.kind) ? 1 : unitsOf(action.amount, action.decimals);
}

/** Every campaign and surprise by itself, in the order of their beginnings. Rows come in the order of time. */
export function judgeEach(rows: readonly StreamRow[], isAlarm: (row: number) => boolean): readonly JudgedCampaign[] {
  const places = Map.groupBy(
    [...rows.keys()].filter((at) => rows[at]?.campaign !== ''),
    (at) => (rows[at] as StreamRow).campaign,
  );
  return [...places].map(([campaign, of]) => {
    const row = (at: number): StreamRow => rows[of[at] as number] as StreamRow;
    const { type, isBad, action } = row(0);
    const firstAlarm = of.findIndex(isAlarm);
    const worth = of.map((_place, at) => worthOf(row(at)));
    const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
    return {
      ...{ campaign, type, isBad, rows: of, startMs: action.atMs, firstAlarm },
      alarms: of.filter(isAlarm).length,
      delayMs: firstAlarm < 0 ? null : row(firstAlarm).action.atMs - action.atMs,
      lost: firstAlarm < 0 ? 1 : sum(worth.slice(0, firstAlarm)) / (sum(worth) || 1),
    };
  });
}

/** Counts what a detector caught. A campaign is caught by its first alarm. Rows come in the order of time. */
export function judgeCampaigns(rows: readonly StreamRow[], isAlarm: (row: number) => boolean): CampaignResult {
  let good = 0;
  let falseAlarms = 0;
  for (const [at, { isBad }] of rows.entries()) {
    if (isBad) continue;
    good += 1;
    if (isAlarm(at)) falseAlarms += 1;
  }
  const types = [...Map.groupBy(judgeEach(rows, isAlarm), ({ type }) => type)].map(([type, of]): TypeResult => {
    const sum = (read: (campaign: JudgedCampaign) => number): number => of.reduce((total, campaign) => total + read(campaign), 0);
    return {
      type,
      isBad: of[0]?.isBad ?? false,
      campaigns: of.length,
      caught: sum(({ firstAlarm }) => Number(firstAlarm >= 0)),
      actions: sum((campaign) => campaign.rows.length),
      alarms: sum(({ alarms }) => alarms),
      lost: sum(({ lost }) => lost) / of.length,
      delayMs: medianOf(of.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]))),
    };
  });
  const bad = types.filter(({ isBad }) => isBad);
  const harmless = types.filter(({ isBad }) => !isBad);
  const total = (of: readonly TypeResult[], read: (type: TypeResult) => number): number => of.reduce((sum, type) => sum + read(type), 0);
  const count = total(bad, (type) => type.campaigns);
  const actions = total(harmless, (type) => type.actions);
  return {
    types: types.sort((a, b) => Number(a.isBad) - Number(b.isBad) || (a.type < b.type ? -1 : 1)),
    campaigns: count,
    caught: total(bad, (type) => type.caught),
    macro: total(bad, (type) => type.caught / type.campaigns) / Math.max(1, bad.length),
    lost: total(bad, (type) => type.lost * type.campaigns) / Math.max(1, count),
    falsePer1000: (1_000 * falseAlarms) / Math.max(1, good),
    surprised: total(harmless, (type) => type.alarms) / Math.max(1, actions),
  };
}

/** The lower of the two in the middle; null for none. */
export function medianOf(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? null;
}
