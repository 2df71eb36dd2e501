import type { Scored } from './detector.ts';
import type { JudgedCampaign } from './judge-campaigns.ts';
import { isAllowance } from './risk-parts.ts';
import type { StreamRow } from './stream-row.ts';

/** One action on a timeline. */
export interface TimelinePoint {
  /** Seconds since the campaign's first action; below 0 before it. */
  readonly s: number;
  readonly score: number;
  readonly isCampaign: boolean;
  readonly isAlarm: boolean;
  /** What it moved or allowed, for people. */
  readonly what: string;
}

/** A campaign and the wallet's own actions around it, as one detector saw them. */
export interface Timeline {
  readonly campaign: string;
  readonly type: string;
  readonly wallet: string;
  readonly caught: boolean;
  readonly delayMs: number | null;
  readonly lost: number;
  readonly points: readonly TimelinePoint[];
}

const BEFORE = 24;
const AFTER = 4;
/** Timelines in one report. */
const MOST_TIMELINES = 400;

/** Timelines of the first {@link MOST_TIMELINES} campaigns, by type and then by time. */
export function timelinesOf(
  rows: readonly StreamRow[],
  campaigns: readonly JudgedCampaign[],
  { scores, isAlarm }: Scored,
): readonly Timeline[] {
  const ofWallet = Map.groupBy(rows.keys(), (at) => (rows[at] as StreamRow).wallet);
  return campaigns
    .filter(({ isBad }) => isBad)
    .sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : a.startMs - b.startMs))
    .slice(0, MOST_TIMELINES)
    .map(({ campaign, type, rows: of, startMs, firstAlarm, delayMs, lost }) => {
      const { wallet } = rows[of[0] as number] as StreamRow;
      const places = ofWallet.get(wallet) ?? [];
      const [first, last] = [places.indexOf(of[0] as number), places.indexOf(of.at(-1) as number)];
      const points = places.slice(Math.max(0, first - BEFORE), last + 1 + AFTER).map((at): TimelinePoint => {
        const row = rows[at] as StreamRow;
        const score = Math.round((scores[at] as number) * 1_000) / 1_000;
        return {
          s: (row.action.atMs - startMs) / 1_000,
          score,
          isCampaign: row.campaign === campaign,
          isAlarm: isAlarm(at),
          what: whatOf(row),
        };
      });
      return { campaign, type, wallet, caught: firstAlarm >= 0, delayMs, lost, points };
    });
}

const SHOWN_DIGITS = 4;

/** What an action moves or allows: `12.5 coin`, `1,200 of 0x1234…`, `allowance over 0x1234…`. */
export function whatOf({ action: { kind, asset, amount, decimals } }: Pick<StreamRow, 'action'>): string {
  const name = asset.length > 12 ? `${asset.slice(0, 8)}…` : asset;
  if (isAllowance(kind)) return `allowance over ${name}`;
  const text = amount.toString().padStart(decimals + 1, '0');
  const [whole, part] = decimals === 0 ? [text, ''] : [text.slice(0, -decimals), text.slice(-decimals)];
  const shown = part.slice(0, SHOWN_DIGITS).replace(/0+$/, '');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${shown === '' ? '' : `.${shown}`} ${asset === 'coin' ? 'coin' : `of ${name}`}`;
}
