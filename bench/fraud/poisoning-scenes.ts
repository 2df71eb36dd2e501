import type { AccountId, Effect } from '../../src/core/index.ts';
import { createDice } from '../../src/integrations/bench/dice.ts';
import { keepHabits } from '../../src/risk/habits/habits.ts';
import type { WalletAction } from '../../src/risk/habits/wallet-action.ts';
import { addAlike, alikeEnds, assessRisk, emptyHabits, emptyProfile, type Habits, isAllowance, learnAction } from '../../src/risk/index.ts';
import type { PoisoningLoss } from './poisoning-losses.ts';
import type { HistoryRow } from './read-histories.ts';

/** Which patterns say something of a payment, and whether they stop it. */
export interface PaymentVerdict {
  readonly lookalike: 'blocked' | 'escalated' | undefined;
  readonly bait: boolean;
}

/** A moment at which a real wallet paid somebody again whom it had paid before. */
export interface Return {
  readonly wallet: string;
  readonly at: number;
}

/** A wallet on its way: its habits, and whom it ever paid, by their ends, as the gate keeps them. */
export interface Past {
  readonly habits: Habits;
  readonly paid: Map<string, readonly AccountId[]>;
}

function learn({ habits, paid }: Past, row: HistoryRow): void {
  learnAction(habits, row.action);
  if (!isPayment(row)) return;
  const payee = row.action.party as AccountId;
  for (const end of alikeEnds(payee)) paid.set(end, addAlike(paid.get(end) ?? [], payee));
}

/** What leaves a wallet for an account. */
export function isPayment({ isOwn, action: { kind, amount } }: HistoryRow): boolean {
  return isOwn && amount > 0n && !isAllowance(kind);
}

/** The gate's judgement of a payment to `payee` by what the wallet did before. */
export function judgePayment({ habits, paid }: Past, { asset, amount, decimals, atMs }: WalletAction, payee: string): PaymentVerdict {
  const wallet = 'eip155:1:0x0000000000000000000000000000000000000001' as AccountId;
  const effect = { leaf: '0', source: 'bytes', kind: 'outflow', account: wallet, counterparty: payee, asset, amount } as Effect;
  const { patterns } = assessRisk({
    ...{ effects: [effect], wallet, nowMs: atMs, profile: { ...emptyProfile(), habits: keepHabits(habits) } },
    ...{ listed: () => undefined, allowListed: () => false, amountsInUnit: { outflow: null, perTransaction: null } },
    decimals: () => decimals,
    paidAlike: (account) => alikeEnds(account).flatMap((end) => paid.get(end) ?? []),
  });
  const found = patterns.find(({ id }) => id === 'lookalike_destination');
  return {
    lookalike: found === undefined ? undefined : found.recommendedAction === 'block' ? 'blocked' : 'escalated',
    bait: patterns.some(({ id }) => id === 'dust_bait'),
  };
}

/** Walks a history in the order of time: `see` is called before each payment is learnt. */
export function walk(rows: readonly HistoryRow[], see: (row: HistoryRow, at: number, past: Past, isFirst: boolean) => void): void {
  const past: Past = { habits: emptyHabits(), paid: new Map() };
  const paid = new Set<string>();
  for (const [at, row] of rows.entries()) {
    if (row.action.direction === 'out' && !row.isOwn) continue;
    if (isPayment(row)) {
      see(row, at, past, !paid.has(row.action.party));
      paid.add(row.action.party);
    }
    learn(past, row);
  }
}

/**
 * Puts a loss where the victim meant to pay somebody again: `intended` takes the place of whom a real wallet paid before `at` and paid again there; instead
 * of that payment comes one to the lookalike.
 */
export function replay(rows: readonly HistoryRow[], at: number, { lookalike, intended }: PoisoningLoss): PaymentVerdict {
  const again = rows[at] as HistoryRow;
  const past: Past = { habits: emptyHabits(), paid: new Map() };
  for (const row of rows.slice(0, at)) {
    const { isOwn, action } = row;
    if (action.direction === 'out' && !isOwn) continue;
    learn(past, action.party === again.action.party ? { ...row, action: { ...action, party: intended } } : row);
  }
  return judgePayment(past, again.action, lookalike);
}

/** A return for each loss: any wallet that has one, then any of its returns, by seeded dice. */
export function drawReturns(histories: ReadonlyMap<string, readonly HistoryRow[]>, count: number, seed = 17): readonly Return[] {
  const returns = [...histories].flatMap(([wallet, rows]) => {
    const places: number[] = [];
    walk(rows, (_row, at, _past, isFirst) => {
      if (!isFirst) places.push(at);
    });
    return places.length === 0 ? [] : [{ wallet, places }];
  });
  const dice = createDice(seed);
  return Array.from({ length: count }, () => {
    const { wallet, places } = dice.pick(returns);
    return { wallet, at: dice.pick(places) };
  });
}
