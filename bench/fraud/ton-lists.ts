import { parseArgs } from 'node:util';
import { type AccountId, parseAccount } from '../../src/core/index.ts';
import { bootstrap, type Interval } from '../../src/integrations/bench/bootstrap.ts';
import { countOf, type ProtocolTable, shareOf, type TableFigure } from '../../src/integrations/bench/index.ts';
import { dataRows } from './data-files.ts';
import { COVERAGES, revealed, screenedBy } from './list-coverage.ts';
import { printTables } from './print-tables.ts';
import { TON, tonSpellings } from './spellings.ts';

/** What lists of a given coverage find of TON's scammers, asked for in every form. */
export interface TonCoverage {
  readonly percent: number;
  readonly listed: number;
  /** Share of the scammers that every form of is found, with the bounds of scammers drawn anew. */
  readonly recall: Interval;
  /** Others of which any form is not clear. */
  readonly othersBlocked: number;
}

/** T7: screening of labelled TON accounts. */
export interface TonScreening {
  readonly scammers: number;
  readonly others: number;
  /** Rows that name no account. */
  readonly unread: number;
  readonly forms: number;
  /** Forms of listed accounts that were not found, and of others that were. */
  readonly errors: number;
  readonly coverage: readonly TonCoverage[];
}

const SCAMMER = 'scammer';
const CHAINS = [TON];

/** Asks for every labelled account in every form, with lists of each coverage. Lists hold the form that the data has. */
export async function measureTonLists(data: string): Promise<TonScreening> {
  const rows = dataRows(data, 'ton-lists', 'ton_labels_dev.csv');
  const accounts = new Map<AccountId, { readonly written: string; readonly isBad: boolean }>();
  let unread = 0;
  for (const [written = '', category] of rows) {
    const id = accountOf(written);
    if (id === undefined) unread += 1;
    else accounts.set(id, { written, isBad: category === SCAMMER || accounts.get(id)?.isBad === true });
  }
  const ids = [...accounts.keys()];
  const scammers = ids.filter((id) => accounts.get(id)?.isBad === true);
  const others = ids.filter((id) => accounts.get(id)?.isBad === false);
  let errors = 0;
  let forms = 0;
  const coverage: TonCoverage[] = [];
  for (const percent of COVERAGES) {
    const listed = revealed(scammers, percent);
    const screening = await screenedBy(
      [...listed].map((id) => accounts.get(id as AccountId)?.written ?? id),
      CHAINS,
    );
    const verdicts = (id: AccountId): readonly string[] => tonSpellings(id).map((form) => screening.screen(form).verdict);
    const found = scammers.map((id) => Number(verdicts(id).every((verdict) => verdict === 'listed')));
    for (const id of ids) {
      const wanted = listed.has(id) ? 'listed' : 'clear';
      const said = verdicts(id);
      forms += said.length;
      errors += said.filter((verdict) => verdict !== wanted).length;
    }
    coverage.push({
      ...{ percent, listed: listed.size },
      recall: bootstrap(found, (drawn) => drawn.reduce((sum, one) => sum + one, 0) / Math.max(1, drawn.length)),
      othersBlocked: others.filter((id) => verdicts(id).some((verdict) => verdict !== 'clear')).length,
    });
  }
  return { scammers: scammers.length, others: others.length, unread, forms, errors, coverage };
}

function accountOf(written: string): AccountId | undefined {
  try {
    return parseAccount(written, TON);
  } catch {
    return undefined;
  }
}

/** The result as a table of the report. */
export function tonTables({ scammers, others, unread, forms, errors, coverage }: TonScreening): readonly ProtocolTable[] {
  return [
    {
      ...{
        task: 'T7',
        title: 'labelled TON accounts, in every form',
        columns: ['lists know', 'listed', 'scammers found', 'others blocked'],
      },
      rows: coverage.map(({ percent, listed, recall, othersBlocked }) => ({
        name: `${percent} %`,
        figures: [countOf(listed), { unit: 'share', ...recall } satisfies TableFigure, shareOf(othersBlocked, others)],
      })),
      notes: [
        `${scammers} scammers and ${others} others; ${unread} rows name no account. ${forms} lookups over raw, friendly and CAIP-10 forms, ${errors} of them wrong.`,
        'No labelled histories of TON were found: this says that lists hold in every form, and nothing of behaviour.',
      ],
    },
  ];
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) throw new Error('where are the labelled accounts? --data DIR');
  printTables(tonTables(await measureTonLists(values.data)));
}
