import { parseArgs } from 'node:util';
import type { AccountId } from '../../src/core/index.ts';
import { bootstrap, type Interval } from '../../src/integrations/bench/bootstrap.ts';
import { countOf, type ProtocolTable, shareOf } from '../../src/integrations/bench/index.ts';
import { isAllowance, type Screening } from '../../src/risk/index.ts';
import { type ApprovalRow, effectsOf, listedTokens, readApprovals } from './approval-calls.ts';
import { ENCODINGS, namesGrantee } from './approval-encodings.ts';
import { type ScoredApproval, scoreApprovals } from './approval-scores.ts';
import { emptyScreening, pieces, reportedList, revealed } from './list-coverage.ts';
import { printTables } from './print-tables.ts';
import { type HistoryRow, readHistories } from './read-histories.ts';
import { findTable, readTable } from './read-table.ts';
import { MAINNET } from './spellings.ts';

/** Shares of the bad spenders that lists know, in percent. */
const SHARES = [0, 25, 50, 75] as const;
/** Shares of good approvals that may alarm. */
const BOUNDS = [0.01, 0.1] as const;
/** Spenders that each standard way of giving rights is tried with. */
const ENCODED_SPENDERS = 50;

/** What was found with a threshold set by good approvals alone, and with the bounds of wallets drawn anew. */
export interface ApprovalRecall {
  readonly bound: number;
  readonly recall: Interval;
  readonly falseShare: Interval;
}

/** The same detector beside lists of one kind. */
export interface ApprovalTrack {
  /** Bad spenders that lists know, percent. */
  readonly percent: number;
  /** A list of ordinary accounts is loaded besides. */
  readonly withOrdinary: boolean;
  readonly at: readonly ApprovalRecall[];
  /** What the gate would stop as it stands: bad and good, as shares. */
  readonly stopped: { readonly recall: number; readonly falseShare: number };
}

/** T5: approvals with malicious spenders among real ones. */
export interface Approvals {
  readonly approvals: number;
  readonly bad: number;
  readonly wallets: number;
  /** Payments and calls of real wallets that are known besides. */
  readonly besides: number;
  /** Bad approvals of nothing, which take a right back and do no harm. */
  readonly badOfNothing: number;
  readonly tracks: readonly ApprovalTrack[];
  /** Calls whose right or revocation was read: of the rows, and of each standard way with real bad spenders. */
  readonly decoded: {
    readonly rows: number;
    readonly encodings: Readonly<Record<string, { readonly asked: number; readonly read: number }>>;
  };
}

/** Measures T5 on a data folder, with lists of these shares in percent: the same figures for the same data. */
export async function measureApprovals(data: string, shares: readonly number[] = SHARES): Promise<Approvals> {
  const rows = readApprovals(data);
  const bad = rows.filter(({ isBad }) => isBad);
  const hasLabels = findTable(data, 'address-lists/screening_benign') !== undefined;
  const ordinary = hasLabels ? readTable(data, 'address-lists/screening_benign').map(({ address }) => address ?? '') : [];
  const others = besides(data);
  const tracks: ApprovalTrack[] = [];
  for (const withOrdinary of hasLabels ? [false, true] : [false])
    for (const percent of shares) {
      const listed = revealed(
        bad.map(({ spender }) => spender),
        percent,
      );
      const scored = scoreApprovals(rows, await screeningOf(listed, withOrdinary ? ordinary : []), others);
      tracks.push({ percent, withOrdinary, at: BOUNDS.map((bound) => recallAt(scored, bound)), stopped: stoppedOf(scored) });
    }
  return {
    ...{ approvals: rows.length, bad: bad.length, wallets: new Set(rows.map(({ wallet }) => wallet)).size, tracks },
    ...{ besides: others.length },
    badOfNothing: bad.filter(({ calldata }) => /^0*$/.test(calldata.slice(74))).length,
    decoded: { rows: decodedRows(rows), encodings: decodedEncodings(bad) },
  };
}

/** What real wallets did besides, in the order of time: the gate sees that, too. Approvals are left out, as they stand in the rows themselves. */
function besides(data: string): readonly HistoryRow[] {
  if (findTable(data, 'eth-wallet-histories/wallets') === undefined) return [];
  const own = [...readHistories(data).values()].flat().filter(({ isOwn, action }) => isOwn && !isAllowance(action.kind));
  return own.sort((a, b) => a.action.atMs - b.action.atMs);
}

async function screeningOf(listed: ReadonlySet<string>, ordinary: readonly string[]): Promise<Screening> {
  const screening = emptyScreening([MAINNET]);
  const load = (name: string, basis: 'actor' | 'ordinary', accounts: Iterable<string>) =>
    screening.load(reportedList({ name, basis, chains: [MAINNET] }), pieces(Buffer.from([...accounts].join('\n'))));
  if (listed.size > 0) await load('reported', 'actor', listed);
  if (ordinary.length > 0) await load('ordinary', 'ordinary', ordinary);
  return screening;
}

function recallAt(scored: readonly ScoredApproval[], bound: number): ApprovalRecall {
  const good = scored.flatMap(({ isBad, score }) => (isBad ? [] : [score])).sort((a, b) => a - b);
  const threshold = good[good.length - 1 - Math.floor(good.length * bound)] ?? Number.POSITIVE_INFINITY;
  const wallets = [...Map.groupBy(scored, ({ wallet }) => wallet).values()];
  const shareOfKind = (isBad: boolean) => (drawn: readonly (readonly ScoredApproval[])[]) => {
    const of = drawn.flat().filter((one) => one.isBad === isBad);
    return of.length === 0 ? 0 : of.filter(({ score }) => score > threshold).length / of.length;
  };
  return { bound, recall: bootstrap(wallets, shareOfKind(true)), falseShare: bootstrap(wallets, shareOfKind(false)) };
}

function stoppedOf(scored: readonly ScoredApproval[]): ApprovalTrack['stopped'] {
  const share = (isBad: boolean): number => {
    const of = scored.filter((one) => one.isBad === isBad);
    return of.filter(({ stops }) => stops).length / Math.max(1, of.length);
  };
  return { recall: share(true), falseShare: share(false) };
}

/** Rows whose decoded effects say what the bytes say: that spender, that right. Tokens count as listed. */
function decodedRows(rows: readonly ApprovalRow[]): number {
  return rows.filter(({ wallet, token, spender, calldata }) => {
    const known = calldata.startsWith('0x095ea7b3') ? listedTokens([token]) : undefined;
    return namesGrantee(effectsOf(wallet, token, calldata, known), wallet, spender);
  }).length;
}

function decodedEncodings(bad: readonly ApprovalRow[]): Approvals['decoded']['encodings'] {
  const asked = bad.slice(0, ENCODED_SPENDERS);
  const hex = (account: AccountId): `0x${string}` => account.slice(account.lastIndexOf(':') + 1) as `0x${string}`;
  const count = (read: (typeof ENCODINGS)[string]): number =>
    asked.filter(({ wallet, spender }) => namesGrantee(read(hex(wallet), hex(spender)), wallet, spender)).length;
  return Object.fromEntries(Object.entries(ENCODINGS).map(([name, read]) => [name, { asked: asked.length, read: count(read) }]));
}

/** The result as tables of the report. */
export function approvalTables({
  approvals,
  bad,
  wallets,
  besides: known,
  badOfNothing,
  tracks,
  decoded,
}: Approvals): readonly ProtocolTable[] {
  const interval = (figure: Interval | undefined) => ({ unit: 'share', ...(figure ?? { value: null }) }) as const;
  return [
    {
      ...{ task: 'T5', title: 'rights for thieves among real approvals' },
      columns: ['lists know', 'found at 1 %', 'false alarms', 'found at 10 %', 'false alarms', 'the gate stops', 'in vain'],
      rows: tracks.map(({ percent, withOrdinary, at, stopped }) => ({
        name: `${percent} % of bad spenders${withOrdinary ? ', and ordinary accounts' : ''}`,
        figures: [
          ...at.flatMap(({ recall, falseShare }) => [interval(recall), interval(falseShare)]),
          { unit: 'share', value: stopped.recall } as const,
          { unit: 'share', value: stopped.falseShare } as const,
        ],
      })),
      notes: [
        `${approvals} approvals of ${wallets} wallets, ${bad} with a bad spender put in; ${badOfNothing} of those are for nothing and do no harm.`,
        `${known} payments and calls of real wallets are known besides, each from its moment on; most are of the same wallets.`,
        'Of what tells the rows apart nothing is used but the right, how well wallet and fleet know the spender, and lists: not the token, nor when the wallet last did anything.',
        'A spender that nobody here dealt with is a thief or the first use of something: without lists little tells them apart.',
        'Each bad spender stands in one row alone; a real one would be met again, and could become known.',
      ],
    },
    {
      ...{ task: 'T5', title: 'rights that are read', columns: ['given by', 'asked', 'read'] },
      rows: [
        { name: 'calls of the data', figures: [countOf(approvals), shareOf(decoded.rows, approvals)] },
        ...Object.entries(decoded.encodings).map(([name, { asked, read }]) => ({ name, figures: [countOf(asked), shareOf(read, asked)] })),
      ],
      notes: ['All but the first are made from the published schemas, with bad spenders of the data: no such call or signature is in it.'],
    },
  ];
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) throw new Error('where are the approvals? --data DIR');
  printTables(approvalTables(await measureApprovals(values.data)));
}
