import { unitsOf } from '../../src/risk/habits/scale.ts';
import { isAllowance } from '../../src/risk/habits/wallet-action.ts';
import type { StreamRow } from './read-streams.ts';

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

/** Counts what a detector caught. A campaign is caught by its first alarm. Rows come in the order of time. */
export function judgeCampaigns(rows: readonly StreamRow[], isAlarm: (row: number) => boolean): CampaignResult {
  const campaigns = new Map<
    string,
    { type: string; isBad: boolean; total: number; before: number; caught: boolean; actions: number; alarms: number }
  >();
  let good = 0;
  let falseAlarms = 0;
  for (const [at, row] of rows.entries()) {
    const alarmed = isAlarm(at);
    if (!row.isBad) {
      good += 1;
      if (alarmed) falseAlarms += 1;
    }
    if (row.campaign === '') continue;
    const value = isAllowance(row.action.kind) ? 1 : unitsOf(row.action.amount, row.action.decimals);
    const known = campaigns.get(row.campaign);
    const campaign = known ?? { type: row.type, isBad: row.isBad, total: 0, before: 0, caught: false, actions: 0, alarms: 0 };
    campaigns.set(row.campaign, campaign);
    campaign.caught ||= alarmed;
    campaign.total += value;
    if (!campaign.caught) campaign.before += value;
    campaign.actions += 1;
    campaign.alarms += Number(alarmed);
  }
  const types = [...Map.groupBy(campaigns.values(), ({ type }) => type)].map(([type, of]): TypeResult => {
    const sum = (read: (campaign: (typeof of)[number]) => number): number => of.reduce((total, campaign) => total + read(campaign), 0);
    return {
      type,
      isBad: of[0]?.isBad ?? false,
      campaigns: of.length,
      caught: sum(({ caught }) => Number(caught)),
      actions: sum(({ actions }) => actions),
      alarms: sum(({ alarms }) => alarms),
      lost: sum(({ caught, total, before }) => (caught ? before / (total || 1) : 1)) / of.length,
    };
  });
  const bad = types.filter(({ isBad }) => isBad);
  const harmless = types.filter(({ isBad }) => !isBad);
  const total = (of: readonly TypeResult[], read: (type: TypeResult) => number): number => of.reduce((sum, type) => sum + read(type), 0);
  const count = total(bad, (type) => type.campaigns);
  return {
    types: types.sort((a, b) => Number(a.isBad) - Number(b.isBad) || (a.type < b.type ? -1 : 1)),
    campaigns: count,
    caught: total(bad, (type) => type.caught),
    macro: total(bad, (type) => type.caught / type.campaigns) / bad.length,
    lost: total(bad, (type) => type.lost * type.campaigns) / count,
    falsePer1000: (1_000 * falseAlarms) / good,
    surprised:
      total(harmless, (type) => type.alarms) /
      Math.max(
        1,
        total(harmless, (type) => type.actions),
      ),
  };
}
