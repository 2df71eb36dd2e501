import { parseArgs } from 'node:util';
import { bootstrap, type Interval } from '../../src/integrations/bench/bootstrap.ts';
import { countOf, type ProtocolTable } from '../../src/integrations/bench/index.ts';
import { HEAD } from '../../src/risk/habits/habit-bytes.ts';
import { newShareOf } from '../../src/risk/habits/habits.ts';
import { emptyHabits, type Habits, learnAction, readFigures, scoreHabits, type WalletAction } from '../../src/risk/index.ts';
import { printTables } from './print-tables.ts';
import { readTable } from './read-table.ts';
import { MAINNET } from './spellings.ts';

/** Bootstrap draws: each ranks all accounts anew. */
const DRAWS = 100;

/** How well one figure ranks accounts of fraud above others: 1 always, 0.5 by chance, below that the other way round. */
export interface Ranking {
  readonly name: string;
  readonly auc: Interval;
}

/** T3: accounts by their first transactions. */
export interface AccountPrefixes {
  readonly accounts: number;
  readonly fraud: number;
  /** Figures of the engine that say nothing of an account's age or era. */
  readonly ageless: readonly Ranking[];
  /** What the date of the first transaction alone reaches: nothing of it may be used. */
  readonly byDate: Ranking;
}

interface Account {
  readonly isFraud: boolean;
  readonly figures: readonly number[];
}

const NAMES = [
  'share that came in',
  'senders, of what came in',
  'share of it paid on',
  'share with new accounts, of what it did',
  'the most unlike action, by the shipped model',
] as const;

/** Measures T3 on a data folder: the same figures for the same data. */
export function measureAccounts(data: string): AccountPrefixes {
  const flags = new Map(readTable(data, 'eth-account-prefixes/labels').map(({ account = '', flag }) => [account, flag === '1']));
  const rows = Map.groupBy(readTable(data, 'eth-account-prefixes/prefixes'), ({ account }) => account ?? '');
  const accounts = [...rows].flatMap(([account, of]): readonly Account[] => {
    const isFraud = flags.get(account);
    const first = Math.min(...of.map(({ ts }) => Number(ts)));
    return isFraud === undefined ? [] : [{ isFraud, figures: [...figuresOf(of.map(actionOf)), first] }];
  });
  const ranking = (name: string, at: number): Ranking => ({ name, auc: bootstrap(accounts, (drawn) => aucOf(drawn, at), DRAWS) });
  return {
    ...{ accounts: accounts.length, fraud: accounts.filter(({ isFraud }) => isFraud).length },
    ageless: NAMES.map(ranking),
    byDate: ranking('the date of the first transaction alone', NAMES.length),
  };
}

function actionOf({ ts, dir, counterparty = '', value_wei: value, method = '' }: Readonly<Record<string, string>>): WalletAction {
  const kind = method === '' || method === '0x' ? 'coin' : 'call';
  return {
    ...{ atMs: Number(ts) * 1_000, direction: dir === 'in' ? 'in' : 'out', kind, party: `${MAINNET}:${counterparty.toLowerCase()}` },
    ...{ asset: `${MAINNET}/slip44:60`, amount: BigInt(value === '' || value === undefined ? 0 : value), decimals: 18 },
    method: kind === 'call' ? method : undefined,
  };
}

function figuresOf(actions: readonly WalletAction[]): readonly number[] {
  const habits: Habits = emptyHabits();
  const senders = new Set<string>();
  const moved = { in: 0n, out: 0n };
  let came = 0;
  let most = 0;
  for (const action of actions) {
    if (action.direction === 'in') {
      came += 1;
      senders.add(action.party);
    } else if ((habits.state.head[HEAD.count] as number) > 0) most = Math.max(most, scoreHabits(readFigures(habits, action)).odds);
    moved[action.direction] += action.amount;
    learnAction(habits, action);
  }
  const paidOn = moved.in === 0n ? 0 : Math.min(1, Number((1_000n * moved.out) / moved.in) / 1_000);
  return [came / actions.length, came === 0 ? 0 : senders.size / came, paidOn, newShareOf(habits), most];
}

/** Area under the curve by ranks; equal figures share theirs. */
function aucOf(accounts: readonly Account[], at: number): number {
  const sorted = accounts.map(({ isFraud, figures }) => ({ isFraud, figure: figures[at] as number })).sort((a, b) => a.figure - b.figure);
  const fraud = sorted.filter(({ isFraud }) => isFraud).length;
  let ranks = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]?.figure === sorted[from]?.figure) to += 1;
    for (let one = from; one < to; one += 1) if (sorted[one]?.isFraud) ranks += (from + to + 1) / 2;
    from = to;
  }
  const good = sorted.length - fraud;
  return fraud === 0 || good === 0 ? 0.5 : (ranks - (fraud * (fraud + 1)) / 2) / (fraud * good);
}

/** The result as a table of the report. */
export function accountTables({ accounts, fraud, ageless, byDate }: AccountPrefixes): readonly ProtocolTable[] {
  return [
    {
      ...{ task: 'T3', title: 'accounts by their first 40 transactions', columns: ['by', 'accounts', 'area under the curve'] },
      rows: [...ageless, byDate].map(({ name, auc }) => ({ name, figures: [countOf(accounts), { unit: 'score', ...auc } as const] })),
      notes: [
        `${fraud} of the accounts are of fraud. 0.5 is chance; below it the figure ranks the other way round.`,
        'Confounded by age: nearly all accounts of fraud began after nearly all others, so that the date alone tells them apart. What else differs between the two may be the era and not the fraud.',
        'Nothing here is trained, and no verdict of the gate stands on it.',
      ],
    },
  ];
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) throw new Error('where are the accounts? --data DIR');
  printTables(accountTables(measureAccounts(values.data)));
}
