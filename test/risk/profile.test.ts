import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId, AssetId, Json } from '../../src/core/index.ts';
import { parseAccount } from '../../src/core/index.ts';
import { MOST } from '../../src/risk/habits/habit-bytes.ts';
import { detectAnomaly, emptyProfile, knownOf, type Profile, parseProfile, paymentsTo, trainProfile } from '../../src/risk/index.ts';
import { account, DAY, dueAfter, HOUR, habitual, MONDAY, payment } from './fixtures.ts';

const size = (profile: Profile) => Buffer.byteLength(JSON.stringify(profile));
const tonAccount = (n: number) => parseAccount(`ton:-239:0:${account(n).slice(-40)}${account(n + 7).slice(-24)}`);
const deviation = (profile: Profile, unitAmount: bigint) =>
  detectAnomaly({
    profile,
    nowMs: (profile.lastMs ?? 0) + 30 * DAY,
    unitAmount,
    attemptsLast10s: 1,
    attemptsLastMinute: 1,
    anomalyThreshold: 3,
  });

describe('a profile', () => {
  it('is JSON and survives it', () => {
    const profile = habitual();
    const read = parseProfile(JSON.parse(JSON.stringify(profile)) as Json);
    expect(read).toEqual(profile);
    expect(trainProfile(read as Profile, payment())).toEqual(trainProfile(profile, payment()));
    expect(parseProfile(emptyProfile())).toEqual(emptyProfile());
  });

  it('is never changed by training', () => {
    const profile = habitual();
    const before = JSON.stringify(profile);
    trainProfile(profile, payment({ account: account(99) }));
    expect(JSON.stringify(profile)).toBe(before);
  });

  it('stays below 16 KiB after 10,000 payments to as many counterparties with the longest ids and the largest amounts', () => {
    let profile = emptyProfile();
    let largest = 0;
    for (let index = 0; index < 10_000; index += 1) {
      const unitAmount = (1n << 256n) >> BigInt(index % 257);
      profile = trainProfile(
        profile,
        payment({ atMs: MONDAY + index * 977 * 60_000 + 0.123456, account: tonAccount(index), amount: unitAmount, unitAmount }),
      );
      if (index % 100 === 0 || index > 9_900) largest = Math.max(largest, size(profile));
    }
    process.stdout.write(`profile after 10,000 payments to distinct counterparties: largest ${largest} bytes\n`);
    expect(largest).toBeLessThanOrEqual(16_384);
    expect(profile).toMatchObject({ count: 10_000, priced: 10_000 });
    expect(knownOf(profile).accounts).toHaveLength(MOST.parties);
    expect(parseProfile(JSON.parse(JSON.stringify(profile)) as Json)).toBeDefined();
  });

  it('takes times at both ends of what a number holds', () => {
    const at = (atMs: number) => ({ atMs, account: null, asset: 'eip155:1/slip44:60' as AssetId, amount: 1n, unitAmount: 0n });
    const profile = [at(-2.3e293), at(1.7976931348623135e308)].reduce(trainProfile, emptyProfile());
    expect(parseProfile(profile)).toEqual(profile);
  });

  it('takes whatever comes: never throws, never grows out of bounds, never stops being a profile', () => {
    const anything = fc.record({
      atMs: fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, MONDAY)),
      account: fc.option(fc.nat(400).map(account)),
      asset: fc.constant('eip155:1/slip44:60' as AssetId),
      amount: fc.oneof(fc.bigInt(), fc.constant((1n << 256n) - 1n)),
      unitAmount: fc.oneof(fc.bigInt(), fc.constantFrom((1n << 256n) - 1n, 1n << 4096n, -1n, 0n, 1n)),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (settled) => {
        const profile = settled.reduce(trainProfile, emptyProfile());
        expect(parseProfile(JSON.parse(JSON.stringify(profile)) as Json)).toEqual(profile);
        expect(size(profile)).toBeLessThanOrEqual(16_384);
        expect(profile.count).toBe(settled.length);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps money exact', () => {
    const huge = (1n << 200n) + 1n;
    const profile = [huge, 3n].reduce((trained, unitAmount) => trainProfile(trained, payment({ unitAmount })), emptyProfile());
    expect(BigInt(profile.daily.sum)).toBe(huge + 3n);
  });

  it('books a late payment on its own day and never books one twice', () => {
    const late = [0, 1, 0.5, -5].reduce(
      (profile, day) => trainProfile(profile, payment({ atMs: MONDAY + day * DAY, unitAmount: 10n })),
      emptyProfile(),
    );
    expect(late.daily).toMatchObject({ sum: '10', before: '20' });
    expect(late.lastMs).toBe(MONDAY + DAY);
  });
});

describe('known counterparties', () => {
  const paid = (profile: Profile, n: number) => paymentsTo(profile, account(n));

  it('counts payments, and says so in the list', () => {
    const once = trainProfile(emptyProfile(), payment());
    const twice = trainProfile(once, payment());
    expect(paid(twice, 1)).toBe(2);
    expect(knownOf(twice)).toMatchObject({ accounts: [account(1)], counts: [2] });
    expect(knownOf(twice)).toBe(knownOf(twice));
    expect(paid(once, 1)).toBe(1);
  });

  it('forgets the least paid, then the longest unpaid; a flood of new names never displaces regulars', () => {
    let profile = emptyProfile();
    for (let n = 0; n < 3; n += 1)
      for (let times = 0; times < 2; times += 1) profile = trainProfile(profile, payment({ account: account(n) }));
    for (let n = 10; n < 1_010; n += 1) profile = trainProfile(profile, payment({ account: account(n), atMs: MONDAY + n * 60_000 }));
    expect([0, 1, 2].map((n) => paid(profile, n))).toEqual([2, 2, 2]);
    const oldest = 1_009 - (MOST.parties - 3) + 1;
    expect([1_009, 1_008, oldest].map((n) => paid(profile, n))).toEqual([1, 1, 1]);
    expect([10, oldest - 1].map((n) => paid(profile, n))).toEqual([0, 0]);
  });
});

describe('parseProfile', () => {
  const stored = JSON.parse(JSON.stringify(habitual(30))) as Record<string, Json>;
  it.each(Object.keys(stored))('refuses a profile without %s', (field) => {
    const { [field]: _gone, ...rest } = stored;
    expect(parseProfile(rest)).toBeUndefined();
  });
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'profile'],
    ['a list', []],
    ['another version', { ...stored, v: 1 }],
    ['a negative spread', { ...stored, interval: { mean: 1, variance: -1 } }],
    ['a mean that would make every pace usual', { ...stored, interval: { mean: -5000, variance: 1 } }],
    ['money that is no integer', { ...stored, daily: { ...(stored['daily'] as object), usual: '1e9' } }],
    ['habits of another length', { ...stored, habits: { ...(stored['habits'] as object), bytes: 'AAAA' } }],
    ['habits and known accounts', { ...stored, known: { accounts: [], counts: [], firstMinute: [], lastMinute: [] } }],
    [
      'known accounts without counts',
      { ...stored, habits: undefined as never, known: { accounts: ['a'], counts: [], firstMinute: [], lastMinute: [] } },
    ],
    ['167 hours', { ...stored, hours: new Array(167).fill(0) }],
  ] as [string, Json | undefined][])('refuses %s', (_, json) => expect(parseProfile(json)).toBeUndefined());
});

describe('a slow drift cannot unlearn', () => {
  it('what was unusual stays so after a hundred payments that each pass', () => {
    let profile = habitual(600);
    const target = 1_500_000n * 16n;
    const before = deviation(profile, target).deviationScore;
    expect(before).toBeGreaterThan(6);
    let amount = 1_500_000n;
    for (let index = 0; index < 100; index += 1) {
      const next = (amount * 103n) / 100n;
      if (!deviation(profile, next).isAnomaly) amount = next;
      profile = trainProfile(profile, payment({ atMs: dueAfter(600) + index * 8 * HOUR, amount, unitAmount: amount }));
    }
    expect(deviation(profile, target).isAnomaly).toBe(true);
    expect(amount).toBeLessThan(target / 3n);
  });

  it('one enormous payment does not make the next one usual', () => {
    const profile = trainProfile(habitual(600), payment({ atMs: dueAfter(600), unitAmount: 10n ** 30n }));
    expect(deviation(profile, 10n ** 30n).isAnomaly).toBe(true);
    expect(deviation(profile, 10n ** 9n).isAnomaly).toBe(true);
  });
});

it('an account id is data, whatever it is called', () => {
  const profile = trainProfile(emptyProfile(), payment({ account: '__proto__' as AccountId }));
  expect(knownOf(profile).accounts).toEqual(['__proto__']);
});
