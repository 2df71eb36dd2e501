import { bootstrap, type Interval } from '../../src/integrations/bench/bootstrap.ts';
import type { Scored } from '../../src/integrations/bench/detector.ts';
import { type ProtocolTable, shareOf, type TableFigure, type TableRow } from '../../src/integrations/bench/index.ts';
import { type CampaignResult, judgeCampaigns } from '../../src/integrations/bench/judge-campaigns.ts';
import { revealed, screenedBy } from './list-coverage.ts';
import type { StreamRow } from './read-streams.ts';
import { MAINNET } from './spellings.ts';

/** Shares of the attackers' addresses that lists know, in percent; at 0 no list is asked. */
export const LIST_COVERAGES: readonly number[] = [0, 25, 50, 75];

/** A detector beside lists of one coverage: what either of them alarms at. */
export interface ListedResult {
  readonly percent: number;
  readonly result: CampaignResult;
  /** Of wallets drawn anew. */
  readonly recall: Interval;
  readonly falseAlarms: Interval;
}

/** Whom a row deals with, where that is an account: new contracts have no address yet. */
const ACCOUNT = /^0x[0-9a-f]{40}$/;

/** For each coverage, the places of counted rows whose party is listed. Lists know a share of the parties of bad rows, and nobody else. */
export async function listedRows(rows: readonly StreamRow[]): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const attackers = rows.flatMap(({ isBad, action }) => (isBad && ACCOUNT.test(action.party) ? [action.party] : []));
  const found = new Map<number, ReadonlySet<number>>();
  for (const percent of LIST_COVERAGES) {
    const screening = await screenedBy(revealed(attackers, percent), [MAINNET]);
    const listed = [...rows.entries()].filter(
      ([, { action }]) => ACCOUNT.test(action.party) && screening.screen(action.party).verdict === 'listed',
    );
    found.set(percent, new Set(listed.map(([at]) => at)));
  }
  return found;
}

/** A detector's alarms joined with those of lists, at each coverage. Rows come in the order of time. */
export function besideLists(
  rows: readonly StreamRow[],
  { isAlarm }: Pick<Scored, 'isAlarm'>,
  listed: ReadonlyMap<number, ReadonlySet<number>>,
): readonly ListedResult[] {
  const wallets = [...Map.groupBy(rows.keys(), (at) => (rows[at] as StreamRow).wallet).values()];
  return [...listed].map(([percent, places]) => {
    const either = (at: number): boolean => isAlarm(at) || places.has(at);
    const each = wallets.map((of) => {
      const result = judgeCampaigns(
        of.map((at) => rows[at] as StreamRow),
        (at) => either(of[at] as number),
      );
      const good = of.filter((at) => rows[at]?.isBad === false).length;
      return { ...result, good, falseAlarms: (result.falsePer1000 * good) / 1_000 };
    });
    const sum = (drawn: readonly (typeof each)[number][], read: (one: (typeof each)[number]) => number): number =>
      drawn.reduce((total, one) => total + read(one), 0);
    return {
      ...{ percent, result: judgeCampaigns(rows, either) },
      recall: bootstrap(
        each,
        (drawn) =>
          sum(drawn, ({ caught }) => caught) /
          Math.max(
            1,
            sum(drawn, ({ campaigns }) => campaigns),
          ),
      ),
      falseAlarms: bootstrap(
        each,
        (drawn) =>
          (1_000 * sum(drawn, (one) => one.falseAlarms)) /
          Math.max(
            1,
            sum(drawn, ({ good }) => good),
          ),
      ),
    };
  });
}

const NOTES: readonly string[] = [
  'Payments of ordinary size to a scammer that nobody listed look like any first payment: of scam_payment and natural_scam_payment little can be caught without lists, by whatever model.',
  'Lists know so many percent of the attackers’ addresses, chosen by digest, and nobody else. A campaign with many addresses, such as velocity_burst, is caught as soon as one of them is listed.',
  'Bounds are of wallets drawn anew, not of lists drawn anew.',
];

/** What lists add to a detector, by type of campaign. */
export function listTable(name: string, results: readonly ListedResult[]): ProtocolTable {
  const types = results[0]?.result.types.filter(({ isBad }) => isBad) ?? [];
  const line = (row: string, read: (one: ListedResult) => TableFigure): TableRow => ({ name: row, figures: results.map(read) });
  const ofType = ({ result }: ListedResult, type: string): TableFigure => {
    const found = result.types.find((one) => one.type === type);
    return shareOf(found?.caught ?? 0, found?.campaigns ?? 0);
  };
  return {
    ...{ task: 'T4', title: `${name}, and what lists add to it: campaigns caught` },
    columns: ['type', ...results.map(({ percent }) => (percent === 0 ? 'no lists' : `lists know ${percent} %`))],
    rows: [
      ...types.map(({ type, campaigns }) => line(`${type} (${campaigns})`, (one) => ofType(one, type))),
      line('all (95 %)', ({ recall }) => ({ unit: 'share', ...recall })),
      line('mean of types', ({ result }) => ({ unit: 'share', value: result.macro })),
      line('value lost', ({ result }) => ({ unit: 'share', value: result.lost })),
      line('false alarms in 1,000 (95 %)', ({ falseAlarms }) => ({ unit: 'rate', ...falseAlarms })),
      line('harmless surprises alarmed', ({ result }) => ({ unit: 'share', value: result.surprised })),
    ],
    notes: NOTES,
  };
}
