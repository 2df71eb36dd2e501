import { describe, expect, it } from 'vitest';
import { account, HOUR, outflow } from '../fixtures.ts';
import { isUnchecked, matchOf, nowMs, paid, received, warm } from './match.ts';

const BAITER = 80;
const to = { effects: [outflow(account(BAITER), 1_234_567n)] };
/** The wallet usually pays about 1.5 million units: a 256th of that is a good 5,000. */
const sent = (amount: bigint, times = 1) =>
  Array.from({ length: times }).reduce<typeof warm>((profile, _) => received(profile, BAITER, amount, nowMs - HOUR), warm);

describe('dust_bait', () => {
  it('escalates a payment to who sent next to nothing, or nothing at all', () => {
    for (const dust of [0n, 1n, 4_000n])
      expect(matchOf('dust_bait', { ...to, profile: sent(dust) })).toMatchObject({
        recommendedAction: 'escalate',
        evidence: { destination: account(BAITER), dust: 1 },
      });
    expect(matchOf('dust_bait', { ...to, profile: sent(1n, 3) })?.evidence['dust']).toBe(3);
  });

  it('leaves alone who sent something of worth, who was paid before, whom the policy names, and others', () => {
    expect(matchOf('dust_bait', { ...to, profile: sent(8_000n) })).toBeUndefined();
    const known = paid(sent(1n), () => BAITER, [1_234_567n], HOUR, nowMs - HOUR);
    expect(matchOf('dust_bait', { ...to, profile: known })).toBeUndefined();
    expect(matchOf('dust_bait', { ...to, profile: sent(1n), allowListed: () => true })).toBeUndefined();
    expect(matchOf('dust_bait', { profile: sent(1n) })).toBeUndefined();
  });

  it('finds the baiter among usual payments of the same transaction', () => {
    const effects = [outflow(account(1), 5n), outflow(account(90), 5n), ...to.effects];
    expect(matchOf('dust_bait', { effects, profile: sent(1n) })).toMatchObject({ evidence: { destination: account(BAITER) } });
  });

  it('says that it is unchecked for a new account where nothing that came in was ever taught', () => {
    expect(isUnchecked('dust_bait', to)).toBe(true);
    expect(isUnchecked('dust_bait', { ...to, profile: undefined })).toBe(true);
    expect(isUnchecked('dust_bait', { effects: [outflow(null, 5n)] })).toBe(true);
    expect(isUnchecked('dust_bait', {})).toBe(false);
    expect(isUnchecked('dust_bait', { ...to, profile: received(warm, 5, 10n ** 6n, nowMs - HOUR) })).toBe(false);
  });
});
