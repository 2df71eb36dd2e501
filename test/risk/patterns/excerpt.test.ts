import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Json } from '../../../src/core/index.ts';
import { unpackNotes } from '../../../src/risk/habits/kept-notes.ts';
import { actionsOf, assessRisk, excerptProfile, type Profile, readExcerpt } from '../../../src/risk/index.ts';
import { account, ETH, HOUR, input, outflow, WALLET } from '../fixtures.ts';
import { inflow, nowMs, paid, received, warm } from './match.ts';

const decimals = () => 18;
const actions = (effects: readonly Effect[]) => actionsOf({ effects, wallet: WALLET, atMs: nowMs, decimals });
const accounts = Array.from({ length: 140 }, (_, n) => account(n));
const kept = (profile: Profile, effects: readonly Effect[]) =>
  readExcerpt(JSON.parse(JSON.stringify(excerptProfile(profile, accounts, actions(effects)))) as Json);
const judge = (profile: Profile | undefined, effects: readonly Effect[]) => assessRisk(input({ profile, nowMs, effects, decimals }));

/** Baited, in the middle of a split, and meeting new accounts. */
const busy = received(
  paid(
    paid(warm, () => 77, [1_900_000n, 1_900_000n], HOUR, nowMs - 2 * HOUR),
    (n) => 100 + n,
    Array.from({ length: 6 }, () => 9n),
    60_000,
    nowMs - HOUR,
  ),
  80,
  1n,
  nowMs - HOUR,
);

describe('what a decision keeps for patterns', () => {
  it('comes to the same answer as the whole profile', () => {
    const anyEffect = fc.oneof(
      fc.tuple(fc.constantFrom(1, 77, 80, 101, 120, 121), fc.bigInt(1n, 10n ** 9n)).map(([to, amount]) => outflow(account(to), amount)),
      fc.bigInt(1n, 10n ** 9n).map((amount) => inflow(60, ETH, amount)),
    );
    fc.assert(
      fc.property(fc.array(anyEffect, { minLength: 1, maxLength: 6 }), (effects) => {
        expect(judge(kept(busy, effects), effects)).toEqual(judge(busy, effects));
      }),
      { numRuns: 100 },
    );
  });

  it('is what the patterns fire by: the same attacks, and none of them without it', () => {
    const effects = [outflow(account(77), 1_900_000n), outflow(account(80), 5n)];
    const ids = (profile: Profile | undefined) => judge(profile, effects).patterns.map(({ id }) => id);
    expect(ids(kept(busy, effects))).toEqual(expect.arrayContaining(['structuring', 'dust_bait', 'fan_out']));
    const { notes: _, ...without } = excerptProfile(busy, accounts, actions(effects)) as Record<string, Json>;
    expect(ids(readExcerpt(without))).not.toContain('structuring');
  });

  it('costs nothing where everybody paid is long known', () => {
    expect(excerptProfile(warm, accounts, actions([outflow(account(1), 5n)]))).not.toHaveProperty('notes');
  });

  it('is refused where it is malformed, and not believed of another transaction', () => {
    const effects = [outflow(account(80), 5n)];
    const excerpt = excerptProfile(busy, accounts, actions(effects)) as Record<string, Json>;
    const row = [1, 0, 0, null, null, null, 0];
    expect(unpackNotes([[0, 0, 1], row, null])).toMatchObject({ payments: [{ bait: 1 }, null], seesArrivals: true });
    for (const notes of [
      'AAAA',
      7,
      null,
      [],
      [[0, 0]],
      [[0, 0, 1], row.slice(1)],
      [
        [0, 0, 1],
        [null, ...row.slice(1)],
      ],
      [[0, 0, 1], 5],
    ])
      expect(readExcerpt({ ...excerpt, notes: notes as Json }), JSON.stringify(notes)).toBeUndefined();
    const other = readExcerpt(excerpt);
    expect(judge(other, [...effects, outflow(account(120), 5n)]).patterns.map(({ id }) => id)).not.toContain('dust_bait');
  });
});
