import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../src/core/index.ts';
import { assessRisk, type RiskInput, trainProfile } from '../../src/risk/index.ts';
import { account, DAY, dueAfter, habitual, input, outflow, payment } from './fixtures.ts';

const warm = habitual();
const nowMs = dueAfter();
const run = (change: Partial<RiskInput>) => assessRisk(input({ profile: warm, nowMs, ...change }));
const pattern = (change: Partial<RiskInput>, id: string) => run(change).patterns.find((match) => match.id === id);
const sized = (amount: bigint, more: object = {}) => ({ amountsInUnit: { outflow: amount, perTransaction: 100_000_000n, ...more } });
/** `id` with the middle replaced: `prefix` first and `suffix` last digits stay. */
const imitate = (id: AccountId, prefix: number, suffix: number): AccountId => {
  const hex = id.slice(-40);
  const middle = [...hex].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('');
  return `${id.slice(0, -40)}${hex.slice(0, prefix)}${middle.slice(prefix, 40 - suffix)}${hex.slice(40 - suffix)}` as AccountId;
};

describe('new_dest_large', () => {
  const to = { effects: [outflow(account(77), 1_234_567n)] };
  it('escalates much money to a new account', () => {
    expect(pattern({ ...to, ...sized(9_876_543n) }, 'new_dest_large')).toMatchObject({
      recommendedAction: 'escalate',
      reason: 'new_destination_large',
    });
  });
  it('leaves alone a usual amount, a known account, an allow-listed account', () => {
    expect(pattern({ ...to, ...sized(1_234_567n) }, 'new_dest_large')).toBeUndefined();
    expect(pattern(sized(9_876_543n), 'new_dest_large')).toBeUndefined();
    expect(pattern({ ...to, ...sized(9_876_543n), allowListed: () => true }, 'new_dest_large')).toBeUndefined();
  });
  it('goes by the limit while nothing else is known, and holds everything for large where there is none', () => {
    const cold = { ...to, profile: undefined };
    expect(pattern({ ...cold, ...sized(25_000_000n) }, 'new_dest_large')).toBeDefined();
    expect(pattern({ ...cold, ...sized(24_999_999n) }, 'new_dest_large')).toBeUndefined();
    expect(pattern({ ...cold, amountsInUnit: { outflow: 1n, perTransaction: null } }, 'new_dest_large')).toBeDefined();
    expect(pattern({ ...cold, amountsInUnit: { outflow: null, perTransaction: 10n } }, 'new_dest_large')).toBeDefined();
  });
  it('holds an unread recipient for a new one', () => {
    expect(pattern({ effects: [outflow(null, 1n)], ...sized(9_876_543n) }, 'new_dest_large')).toMatchObject({
      evidence: { destination: null },
    });
  });
});

describe('lookalike_destination', () => {
  it('blocks a strong likeness of a known account', () => {
    const to = imitate(account(1), 4, 4);
    const assessment = run({ effects: [outflow(to, 1n)] });
    expect(assessment.patterns).toContainEqual(
      expect.objectContaining({
        id: 'lookalike_destination',
        recommendedAction: 'block',
        evidence: expect.objectContaining({ imitates: account(1), destination: to }),
      }),
    );
    expect(assessment.vetoes).toEqual([{ reason: 'address_lookalike', detail: expect.any(String), account: to }]);
    expect(assessment.level).toBe('critical');
  });
  it('blocks one of an account that only the policy names, for an agent without a past', () => {
    const change = { effects: [outflow(imitate(account(60), 3, 4), 1n)], profile: undefined, allowList: [account(60)] };
    expect(pattern(change, 'lookalike_destination')).toMatchObject({ recommendedAction: 'block' });
  });
  it('escalates a weak likeness and leaves six digits alone', () => {
    expect(pattern({ effects: [outflow(imitate(account(1), 2, 5), 1n)] }, 'lookalike_destination')).toMatchObject({
      recommendedAction: 'escalate',
    });
    expect(pattern({ effects: [outflow(imitate(account(1), 3, 3), 1n)] }, 'lookalike_destination')).toBeUndefined();
  });
  it('never fires on the account itself, on its own chain or another', () => {
    expect(pattern({}, 'lookalike_destination')).toBeUndefined();
    const elsewhere = account(1).replace('eip155:1:', 'eip155:8453:') as AccountId;
    expect(pattern({ effects: [outflow(elsewhere, 1n)] }, 'lookalike_destination')).toBeUndefined();
  });
  it('does not let a strong likeness hide behind a weak one', () => {
    const effects = [
      outflow(imitate(account(1), 2, 9), 1n),
      outflow(imitate(account(2), 4, 4), 1n),
      outflow(imitate(account(3), 2, 6), 1n),
    ];
    for (const order of [effects, effects.toReversed()]) expect(run({ effects: order }).vetoes).toHaveLength(1);
  });
});

describe('rapid_drain', () => {
  it('blocks eight usual days at once, also to known accounts', () => {
    const assessment = run(sized(50_000_000n));
    expect(assessment.patterns).toContainEqual(expect.objectContaining({ id: 'rapid_drain', recommendedAction: 'block' }));
    expect(assessment.vetoes).toContainEqual({ reason: 'rapid_drain', detail: 'Rapid drain', account: null });
  });
  it('escalates from five', () => {
    expect(pattern(sized(30_000_000n), 'rapid_drain')).toMatchObject({ recommendedAction: 'escalate' });
    expect(run(sized(30_000_000n)).vetoes).toEqual([]);
  });
  it('counts what the ledger has booked and holds', () => {
    expect(pattern(sized(1_234_567n), 'rapid_drain')).toBeUndefined();
    expect(pattern(sized(1_234_567n, { lastDay: 30_000_000n }), 'rapid_drain')).toBeDefined();
    expect(pattern(sized(1_234_567n, { lastDay: null }), 'rapid_drain')).toBeUndefined();
  });
  it('sees a drain in slices, also across midnight', () => {
    for (const start of [nowMs, nowMs + 15 * 3_600_000 - 150_000]) {
      let profile = warm;
      let blockedAt: number | undefined;
      for (let slice = 1; slice <= 60 && blockedAt === undefined; slice += 1) {
        const atMs = start + slice * 5_000;
        if (pattern({ profile, nowMs: atMs, ...sized(1_234_567n) }, 'rapid_drain') !== undefined) blockedAt = slice;
        else profile = trainProfile(profile, payment({ atMs }));
      }
      expect(blockedAt, `start ${start}`).toBeGreaterThan(3);
      expect(blockedAt).toBeLessThan(11);
    }
  });
  it('leaves alone twice a usual day at a usual pace, and a young agent', () => {
    expect(pattern(sized(9_000_000n), 'rapid_drain')).toBeUndefined();
    expect(pattern({ ...sized(90_000_000n), profile: habitual(9) }, 'rapid_drain')).toBeUndefined();
  });
  it('forgets yesterday by the hour, never at once', () => {
    const spent = trainProfile(warm, payment({ atMs: nowMs + 14 * 3_600_000, amount: 20_000_000n, unitAmount: 20_000_000n }));
    const at = (later: number) => pattern({ profile: spent, nowMs: nowMs + later, ...sized(10_000_000n) }, 'rapid_drain') !== undefined;
    expect([at(14.5 * 3_600_000), at(16 * 3_600_000), at(2 * DAY + 14 * 3_600_000)]).toEqual([true, true, false]);
  });
});

describe('round_numbers', () => {
  const round = { effects: [outflow(account(1), 500_000_000_000_000_000n)] };
  it('flags a round amount from an agent that pays odd ones, and nothing more', () => {
    const assessment = run(round);
    expect(assessment.patterns).toEqual([expect.objectContaining({ id: 'round_numbers', recommendedAction: 'flag' })]);
    expect(assessment).toMatchObject({ level: 'low', vetoes: [] });
    expect(assessment.score).toBeGreaterThan(run({}).score - 1);
  });
  it('leaves odd amounts and habits alone', () => {
    expect(pattern({ effects: [outflow(account(1), 512_345_000_000_000_000n)] }, 'round_numbers')).toBeUndefined();
    let profile = warm;
    for (let index = 0; index < 40; index += 1) profile = trainProfile(profile, payment({ atMs: nowMs, amount: 5_000n }));
    expect(pattern({ ...round, profile }, 'round_numbers')).toBeUndefined();
  });
});
