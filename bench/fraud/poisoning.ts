import { parseArgs } from 'node:util';
import { bootstrap, type Interval } from '../../src/integrations/bench/bootstrap.ts';
import { countOf, type ProtocolTable } from '../../src/integrations/bench/index.ts';
import { paidParty } from '../../src/risk/habits/habits.ts';
import { findLookalike } from '../../src/risk/index.ts';
import { type PoisoningLoss, readLosses } from './poisoning-losses.ts';
import { drawReturns, judgePayment, replay, walk } from './poisoning-scenes.ts';
import { printTables } from './print-tables.ts';
import { type HistoryRow, readHistories } from './read-histories.ts';
import { findTable } from './read-table.ts';
import { measureTonImitations, type TonImitations, tonImitationTable } from './ton-imitations.ts';

/** What was found of the losses of one chain, with the bounds of victims drawn anew. */
export interface PoisoningRecall {
  readonly chain: string;
  readonly losses: number;
  readonly victims: number;
  /** Losses whose worth is known. */
  readonly valued: number;
  readonly byCount: Interval;
  readonly byValue: Interval;
}

/** T2: payments to addresses that imitate others. */
export interface Poisoning {
  /** By the likeness alone, where the imitated account is known. */
  readonly likeness: readonly PoisoningRecall[];
  /** By the gate's patterns, put into real wallets at the moment at which they pay somebody again. */
  readonly inHistories: readonly PoisoningRecall[];
  /** The usual rule of four first and four last digits. */
  readonly fourAndFour: readonly PoisoningRecall[];
  /** Real payments to accounts that the wallet had never paid. */
  readonly firstTimePayees: number;
  readonly wallets: number;
  /** Alarms on those in 1,000, with the bounds of wallets drawn anew. */
  readonly falsePer1000: Interval;
  readonly baitPer1000: Interval;
  /** Payments to somebody paid before, and how many of those the profile still knew. */
  readonly returns: number;
  readonly remembered: number;
  readonly ton: TonImitations;
}

interface Judged extends PoisoningLoss {
  readonly found: boolean;
}

/** Measures T2 on a data folder: the same figures for the same data. */
export function measurePoisoning(data: string): Poisoning {
  const losses = readLosses(data);
  // Without histories the likeness is measured, and nothing of false alarms.
  const histories = findTable(data, 'eth-wallet-histories/wallets') === undefined ? new Map<string, never>() : readHistories(data);
  const returns = histories.size === 0 ? [] : drawReturns(histories, losses.length);
  const likeness = losses.map((loss): Judged => ({ ...loss, found: findLookalike(loss.lookalike, [loss.intended]) !== undefined }));
  const inHistories = returns.map(({ wallet, at }, index): Judged => {
    const loss = losses[index] as PoisoningLoss;
    return { ...loss, found: replay(histories.get(wallet) ?? [], at, loss).lookalike !== undefined };
  });
  const fourAndFour = losses.map((loss): Judged => ({ ...loss, found: sharesFourAndFour(loss) }));
  return {
    likeness: recalls(likeness),
    inHistories: recalls(inHistories),
    fourAndFour: recalls(fourAndFour),
    ...falseAlarms(histories),
    ton: measureTonImitations(data),
  };
}

function sharesFourAndFour({ lookalike, intended }: PoisoningLoss): boolean {
  return lookalike.slice(-4) === intended.slice(-4) && lookalike.slice(-40, -36) === intended.slice(-40, -36);
}

function recalls(judged: readonly Judged[]): readonly PoisoningRecall[] {
  if (judged.length === 0) return [];
  const chains = [...new Set(judged.map(({ chain }) => chain))];
  return [
    ...chains.map((chain) =>
      recallOf(
        chain,
        judged.filter((loss) => loss.chain === chain),
      ),
    ),
    recallOf('all', judged),
  ];
}

function recallOf(chain: string, judged: readonly Judged[]): PoisoningRecall {
  const victims = [...Map.groupBy(judged, ({ victim }) => victim).values()];
  const share = (drawn: readonly (readonly Judged[])[], worth: (loss: Judged) => number): number => {
    let all = 0;
    let found = 0;
    for (const loss of drawn.flat()) {
      all += worth(loss);
      if (loss.found) found += worth(loss);
    }
    return all === 0 ? 0 : found / all;
  };
  return {
    ...{ chain, losses: judged.length, victims: victims.length, valued: judged.filter(({ usd }) => usd !== null).length },
    byCount: bootstrap(victims, (drawn) => share(drawn, () => 1)),
    byValue: bootstrap(victims, (drawn) => share(drawn, ({ usd }) => usd ?? 0)),
  };
}

interface WalletAlarms {
  payees: number;
  lookalikes: number;
  baits: number;
}

function falseAlarms(
  histories: ReadonlyMap<string, readonly HistoryRow[]>,
): Pick<Poisoning, 'firstTimePayees' | 'wallets' | 'falsePer1000' | 'baitPer1000' | 'returns' | 'remembered'> {
  const wallets: WalletAlarms[] = [];
  let returns = 0;
  let remembered = 0;
  for (const rows of histories.values()) {
    const count: WalletAlarms = { payees: 0, lookalikes: 0, baits: 0 };
    walk(rows, ({ action }, _at, past, isFirst) => {
      if (!isFirst) {
        returns += 1;
        if (paidParty(past.habits, action.party) !== undefined) remembered += 1;
        return;
      }
      const { lookalike, bait } = judgePayment(past, action, action.party);
      count.payees += 1;
      if (lookalike !== undefined) count.lookalikes += 1;
      if (bait) count.baits += 1;
    });
    if (count.payees > 0) wallets.push(count);
  }
  const per1000 = (of: 'lookalikes' | 'baits') => (drawn: readonly WalletAlarms[]) =>
    (1_000 * drawn.reduce((sum, one) => sum + one[of], 0)) /
    Math.max(
      1,
      drawn.reduce((sum, { payees }) => sum + payees, 0),
    );
  return {
    ...{ firstTimePayees: wallets.reduce((sum, { payees }) => sum + payees, 0), wallets: wallets.length, returns, remembered },
    falsePer1000: bootstrap(wallets, per1000('lookalikes')),
    baitPer1000: bootstrap(wallets, per1000('baits')),
  };
}

/** The result as tables of the report. */
export function poisoningTables(result: Poisoning): readonly ProtocolTable[] {
  const { likeness, inHistories, fourAndFour, firstTimePayees, wallets, falsePer1000, baitPer1000, returns, remembered, ton } = result;
  const lines = (name: string, recall: readonly PoisoningRecall[]) =>
    recall.map(({ chain, losses, valued, byCount, byValue }) => ({
      name: `${name}, ${chain}`,
      figures: [countOf(losses), { unit: 'share', ...byCount } as const, countOf(valued), { unit: 'share', ...byValue } as const],
    }));
  return [
    {
      ...{
        task: 'T2',
        title: 'payments to addresses that imitate another',
        columns: ['by', 'losses', 'found', 'valued', 'found by value'],
      },
      rows: [
        ...lines('the gate in real wallets', inHistories),
        ...lines('likeness alone', likeness),
        ...lines('four and four', fourAndFour),
      ],
      notes: [
        'In real wallets: the imitated account takes the place of one that a real wallet paid again, and the gate judges by what it remembers at that moment.',
        `Of ${returns} real payments to somebody paid before, ${remembered} were to somebody whom the profile still remembered; the others are known by their ends alone.`,
        'The losses were collected by a likeness of at least seven digits: that none of them is missed says nothing of weaker ones.',
      ],
    },
    {
      ...{ task: 'T2', title: 'false alarms on first payments', columns: ['pattern', 'first payments', 'wallets', 'alarms in 1,000'] },
      rows: [
        { name: 'lookalike_destination', figures: [countOf(firstTimePayees), countOf(wallets), { unit: 'rate', ...falsePer1000 }] },
        { name: 'dust_bait', figures: [countOf(firstTimePayees), countOf(wallets), { unit: 'rate', ...baitPer1000 }] },
      ],
      notes: ['Histories are taken for harmless: a real loss among them would count as a false alarm.'],
    },
    tonImitationTable(ton),
  ];
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) throw new Error('where are the losses? --data DIR');
  printTables(poisoningTables(measurePoisoning(values.data)));
}
