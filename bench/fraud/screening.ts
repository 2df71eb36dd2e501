import { parseArgs } from 'node:util';
import { bootstrap, type Interval } from '../../src/integrations/bench/bootstrap.ts';
import { countOf, type ProtocolTable, shareOf, type TableFigure } from '../../src/integrations/bench/index.ts';
import type { Screening } from '../../src/risk/index.ts';
import { dataRows } from './data-files.ts';
import { COVERAGES, emptyScreening, pieces, reportedList, revealed, screenedBy } from './list-coverage.ts';
import { printTables } from './print-tables.ts';
import { evmSpellings, MAINNET } from './spellings.ts';

/** What lists of a given coverage find, and whom they block in vain. */
export interface Coverage {
  readonly percent: number;
  readonly listed: number;
  /** Share of all bad addresses, with the bounds of addresses drawn anew. */
  readonly recall: Interval;
  readonly recalled: number;
  readonly ordinaryBlocked: number;
}

/** Ordinary contracts that a published list once named, and how many of them are blocked when a list names them all. */
export interface Trap {
  readonly name: string;
  readonly contracts: number;
  readonly blocked: readonly string[];
}

/** T1: screening of labelled addresses. */
export interface AddressScreening {
  readonly malicious: number;
  readonly ordinary: number;
  /** Spellings that were asked for, of both. */
  readonly spellings: number;
  /** Spellings of listed addresses that were not found. */
  readonly errors: number;
  /** Spellings of ordinary addresses that were not clear. */
  readonly blocked: number;
  readonly coverage: readonly Coverage[];
  readonly traps: readonly Trap[];
  /** Addresses that one detector once flagged wrongly, and how many of them are blocked when it is believed: alone, and beside labels of another source. */
  readonly mistaken: { readonly listed: number; readonly alone: number; readonly besideLabels: number };
}

/** Legitimate contracts on published block lists (ScamSniffer's union, issuers' own lists). The first four must never be blocked. */
const NAMED: Readonly<Record<string, string>> = {
  WETH: '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2',
  USDC: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48',
  USDT: '0xdac17f958d2ee523a2206206994597c13d831ec7',
  DAI: '0x6b175474e89094c44da98b954eedeac495271d0f',
};
const FURTHER: Readonly<Record<string, string>> = {
  LINK: '0x514910771af9ca656af840dff83e8264ecf986ca',
  SHIB: '0x95ad61b0a150d79219dcf64e1e6cc01f0b64c4ce',
  BUSD: '0x4fabb145d64652a948d72533023f6e7a623c7c53',
  SUSHI: '0x6b3595068778dd592e39a122f4f5a5cf09c90fe2',
  YFI: '0x0bc529c00c6401aef6d220be8c6ea1667f6ad93e',
  BAND: '0xba11d00c5f74255f56a5e366f4f77f5a7d68bfd3',
};
const CHAINS = [MAINNET];
const isListed = (screening: Screening, address: string): boolean => screening.screen(address).verdict === 'listed';
const first = (rows: readonly (readonly string[])[]): readonly string[] => [
  ...new Set(rows.map(([address = '']) => address.toLowerCase())),
];

/** Asks for every labelled address in every spelling, with lists of each coverage. */
export async function measureAddresses(data: string): Promise<AddressScreening> {
  const malicious = first(dataRows(data, 'address-lists', 'screening_malicious_dev.csv.gz'));
  const ordinary = first(dataRows(data, 'address-lists', 'screening_benign_dev.csv.gz'));
  const mistaken = first(dataRows(data, 'address-lists', 'forta_scam_detector_fp_list.csv'));
  const full = await screenedBy(malicious, CHAINS);
  const wrong = (addresses: readonly string[], verdict: string): { readonly asked: number; readonly wrong: number } => {
    const asked = addresses.flatMap(evmSpellings);
    return { asked: asked.length, wrong: asked.filter((spelling) => full.screen(spelling).verdict !== verdict).length };
  };
  const bad = wrong(malicious, 'listed');
  const good = wrong(ordinary, 'clear');
  const coverage: Coverage[] = [];
  for (const percent of COVERAGES) coverage.push(await coverageAt(percent, malicious, ordinary));
  return {
    ...{ malicious: malicious.length, ordinary: ordinary.length, spellings: bad.asked + good.asked },
    ...{ errors: bad.wrong, blocked: good.wrong, coverage },
    traps: [await trapped('WETH, USDC, USDT, DAI', NAMED, malicious), await trapped(Object.keys(FURTHER).join(', '), FURTHER, malicious)],
    mistaken: await blockedByMistake(mistaken, ordinary),
  };
}

async function coverageAt(percent: number, malicious: readonly string[], ordinary: readonly string[]): Promise<Coverage> {
  const listed = revealed(malicious, percent);
  const screening = await screenedBy(listed, CHAINS);
  const found = malicious.map((address) => Number(isListed(screening, address)));
  const shareFound = (drawn: readonly number[]): number => drawn.reduce((sum, one) => sum + one, 0) / Math.max(1, drawn.length);
  return {
    ...{ percent, listed: listed.size, recall: bootstrap(found, shareFound), recalled: found.filter((one) => one === 1).length },
    ordinaryBlocked: ordinary.filter((address) => isListed(screening, address)).length,
  };
}

/** The union of all lists, as it is taken by whoever trusts every row of it, with the contracts among its rows. */
async function trapped(name: string, contracts: Readonly<Record<string, string>>, malicious: readonly string[]): Promise<Trap> {
  const union = emptyScreening(CHAINS);
  const text = [...malicious, ...Object.values(contracts)].join('\n');
  await union.load(reportedList({ name: 'union', trust: 'curated', chains: CHAINS }), pieces(Buffer.from(text)));
  const blocked = Object.entries(contracts).flatMap(([symbol, address]) => (isListed(union, address) ? [symbol] : []));
  return { name, contracts: Object.keys(contracts).length, blocked };
}

async function blockedByMistake(mistaken: readonly string[], labels: readonly string[]): Promise<AddressScreening['mistaken']> {
  const screening = await screenedBy(mistaken, CHAINS);
  const blocked = (): number => mistaken.filter((address) => isListed(screening, address)).length;
  const alone = blocked();
  const known = reportedList({ name: 'labels', basis: 'ordinary', trust: 'curated', chains: CHAINS });
  await screening.load(known, pieces(Buffer.from(labels.join('\n'))));
  return { listed: mistaken.length, alone, besideLabels: blocked() };
}

/** The result as tables of the report. */
export function addressTables(result: AddressScreening): readonly ProtocolTable[] {
  const { malicious, ordinary, spellings, errors, blocked, coverage, traps, mistaken } = result;
  const line = (name: string, asked: number, wrong: number) => ({ name, figures: [countOf(asked), countOf(wrong)] });
  return [
    {
      ...{ task: 'T1', title: 'lookups of labelled addresses, with every bad one listed', columns: ['what', 'asked', 'wrong'] },
      rows: [
        line('spellings of bad addresses that are not found, and of ordinary ones that are', spellings, errors + blocked),
        ...traps.map((trap) =>
          line(`ordinary contracts in a union of lists that are blocked: ${trap.name}`, trap.contracts, trap.blocked.length),
        ),
        line('addresses flagged by mistake, blocked where that detector alone is believed', mistaken.listed, mistaken.alone),
        line('the same beside labels of another source', mistaken.listed, mistaken.besideLabels),
      ],
      notes: [
        `${malicious} bad and ${ordinary} ordinary addresses, each in every spelling. The two have no row in common: that none is blocked says that lookups never err, not that lists never do.`,
        ...traps.flatMap((trap) => (trap.blocked.length === 0 ? [] : [`Blocked in a union: ${trap.blocked.join(', ')}.`])),
        'A list that names ordinary addresses by mistake blocks those that neither the built-in list nor another list knows.',
      ],
    },
    {
      ...{
        task: 'T1',
        title: 'what lists of so much coverage find',
        columns: ['lists know', 'listed', 'bad addresses found', 'ordinary ones blocked'],
      },
      rows: coverage.map(({ percent, listed, recall, ordinaryBlocked }) => ({
        name: `${percent} %`,
        figures: [countOf(listed), { unit: 'share', ...recall } satisfies TableFigure, shareOf(ordinaryBlocked, ordinary)],
      })),
      notes: ['Found is what is listed, to the address: screening adds nothing to its lists and loses nothing of them.'],
    },
  ];
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) throw new Error('where are the labelled addresses? --data DIR');
  printTables(addressTables(await measureAddresses(values.data)));
}
