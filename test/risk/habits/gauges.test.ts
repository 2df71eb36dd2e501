import { describe, expect, it } from 'vitest';
import { GAUGES, readGauges } from '../../../src/risk/habits/gauges/index.ts';
import { HEAD, MOST } from '../../../src/risk/habits/habit-bytes.ts';
import { emptyHabits, type Habits, keepHabits } from '../../../src/risk/habits/habits.ts';
import { learnAction } from '../../../src/risk/habits/learn-action.ts';
import { lookAt } from '../../../src/risk/habits/look.ts';
import type { WalletAction } from '../../../src/risk/habits/wallet-action.ts';
import { address, payment } from './actions.ts';

function habitsOf(count: number): Habits {
  const habits = emptyHabits();
  for (let n = 0; n < count; n += 1) learnAction(habits, payment(n));
  return habits;
}

function gauge(name: string, habits: Habits, action: WalletAction): number {
  const at = GAUGES.findIndex((one) => one.name === name);
  if (at < 0) throw new Error(`no gauge ${name}`);
  return readGauges(lookAt(habits, action))[at] as number;
}

describe('gauges', () => {
  it('have names of their own', () => {
    expect(new Set(GAUGES.map(({ name }) => name)).size).toBe(GAUGES.length);
  });

  it('are numbers before anything was learnt, and for every odd action', () => {
    const odd: readonly Partial<WalletAction>[] = [
      {},
      { amount: 0n },
      { amount: 2n ** 256n - 1n, decimals: 0 },
      { amount: 1n, decimals: 77 },
      { atMs: 0 },
      { atMs: -8.64e15 },
      { party: '' },
      { kind: 'allowance', allowance: 2n ** 256n - 1n },
      { kind: 'allowance_all' },
      { kind: 'call', method: '0x12345678' },
      { balance: 0n },
    ];
    for (const habits of [emptyHabits(), habitsOf(40)])
      for (const more of odd) {
        const figures = readGauges(lookAt(habits, payment(41, more)));
        for (const [at, { name }] of GAUGES.entries()) expect(Number.isFinite(figures[at]), name).toBe(true);
      }
  });

  it('tell a new party from a known one', () => {
    const habits = habitsOf(30);
    expect(gauge('new_party', habits, payment(31))).toBe(0);
    expect(gauge('new_party', habits, payment(31, { party: address(99) }))).toBe(1);
    expect(gauge('party_paid', habits, payment(31))).toBe(6);
  });

  it('do not take somebody who only sent for somebody who was paid', () => {
    const habits = habitsOf(30);
    learnAction(habits, payment(30, { direction: 'in', party: address(77), amount: 5n }));
    expect(gauge('new_party', habits, payment(31, { party: address(77) }))).toBe(1);
    expect(gauge('party_bait', habits, payment(31, { party: address(77) }))).toBe(1);
    expect(gauge('party_received', habits, payment(31, { party: address(77) }))).toBe(1);
  });

  it('count the characters that a new party shares with one that was paid', () => {
    const habits = habitsOf(30);
    const known = address(1);
    const alike = `${known.slice(0, 6)}${'9'.repeat(32)}${known.slice(-4)}`;
    expect(gauge('likeness', habits, payment(31, { party: alike }))).toBe(8);
    expect(gauge('likeness_ends', habits, payment(31, { party: alike }))).toBe(4);
    expect(gauge('likeness', habits, payment(31, { party: known }))).toBe(0);
  });

  it('rise with the amount where they measure how far it is above others', () => {
    const habits = habitsOf(60);
    for (const name of ['asset_above_lately', 'asset_deviations', 'asset_above_most', 'asset_share_below', 'way_above_most']) {
      const readings = [1n, 10n, 100n, 1_000n].map((coins) => gauge(name, habits, payment(61, { amount: coins * 10n ** 18n })));
      expect(readings, name).toEqual(readings.toSorted((a, b) => a - b));
    }
    expect(gauge('asset_above_most', habits, payment(61, { amount: 12n * 10n ** 17n }))).toBe(0);
  });

  it('see coins moved and coins given with a call apart', () => {
    const habits = habitsOf(20);
    for (let n = 20; n < 40; n += 1) learnAction(habits, payment(n, { kind: 'call', amount: 10n ** 15n }));
    const coin = 10n ** 18n;
    expect(gauge('way_above_lately', habits, payment(41, { kind: 'call', amount: coin }))).toBeGreaterThan(9);
    expect(Math.abs(gauge('way_above_lately', habits, payment(41, { amount: coin })))).toBeLessThan(1);
  });

  it('leave the distance to the action before to a ground of its own', () => {
    const habits = habitsOf(30);
    const before = payment(30 + 24 * 30, { party: address(50) });
    learnAction(habits, before);
    for (const after of [1_000, 7_000_000, 9e9])
      for (const name of ['in_hour', 'in_day', 'in_week'])
        expect(gauge(name, habits, { ...before, atMs: before.atMs + after }), name).toBe(0);
    expect(GAUGES.filter(({ ground }) => ground === 'gap').map(({ name }) => name)).toEqual([
      'gap',
      'gap_above_lately',
      'since_any_arrival',
    ]);
  });

  it('see an hour that the wallet never uses', () => {
    const habits = emptyHabits();
    for (let day = 0; day < 40; day += 1) learnAction(habits, payment(day * 24));
    expect(gauge('hours_near_share', habits, payment(41 * 24))).toBe(1);
    expect(gauge('hours_near_share', habits, payment(41 * 24 + 12))).toBe(0);
    expect(gauge('hour_entropy', habits, payment(41 * 24))).toBe(0);
  });

  it('see amounts that grow to one party', () => {
    const habits = habitsOf(20);
    const party = address(60);
    for (let n = 0; n < 4; n += 1) learnAction(habits, payment(20 + n, { party, amount: 10n ** 16n * 2n ** BigInt(n) }));
    expect(gauge('rising_to_party', habits, payment(24, { party, amount: 10n ** 18n }))).toBe(4);
    expect(gauge('rising_to_party', habits, payment(24, { party, amount: 1n }))).toBe(3);
  });
});

describe('habits', () => {
  it('are the same for the same past', () => {
    const read = (): readonly number[] => {
      const look = lookAt(habitsOf(500), payment(501, { party: address(9) }));
      return [...readGauges(look)];
    };
    expect(read()).toEqual(read());
  });

  it('stay bounded whatever comes', () => {
    const habits = emptyHabits();
    for (let n = 0; n < 5_000; n += 1)
      learnAction(habits, payment(n, { party: address(n), asset: `token ${n}`, kind: 'token', method: `m${n}`, amount: BigInt(n + 1) }));
    expect(Array.from(habits.state.head.subarray(HEAD.parties, HEAD.assets + 1))).toEqual([MOST.parties, MOST.assets]);
    expect(JSON.stringify(keepHabits(habits)).length).toBeLessThan(16_384);
    expect(habits.state.methodCounts.every((count) => count === 1)).toBe(true);
  });

  it('forget those least dealt with first: forgotten means new', () => {
    const habits = emptyHabits();
    for (let n = 0; n < 50; n += 1) learnAction(habits, payment(n, { party: 'friend' }));
    for (let n = 50; n < 400; n += 1) learnAction(habits, payment(n, { party: address(n) }));
    expect(gauge('new_party', habits, payment(401, { party: 'friend' }))).toBe(0);
    expect(gauge('new_party', habits, payment(401, { party: address(50) }))).toBe(1);
  });
});
