import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_WORDS, decodeAccount, encodeAccount, sharedEnds } from '../../../src/core/address/account-code.ts';
import { learnFleetParty, readFleetParty, viewFleetParty } from '../../../src/risk/habits/fleet-party.ts';
import { HABIT_BYTES, MOST } from '../../../src/risk/habits/habit-bytes.ts';
import { emptyHabits, type Habits, keepHabits, paidParties, readHabits } from '../../../src/risk/habits/habits.ts';
import { learnAction } from '../../../src/risk/habits/learn-action.ts';
import { isNewTo } from '../../../src/risk/habits/look.ts';
import { ACTION_KINDS, type WalletAction } from '../../../src/risk/habits/wallet-action.ts';
import { address } from './actions.ts';

const HASH = '83dfd552e63729b472fcbcc8c45ebcc6691702558b68ec7527e1ba403a0f31a8';
const accounts = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((n) => `eip155:${1 + (n % 3)}:${address(n)}`),
  fc.integer({ min: 0, max: 9 }).map((n) => `ton:-239:${n % 2 === 0 ? 0 : -1}:${n}${HASH.slice(1)}`),
  fc.string({ maxLength: 40, unit: 'binary' }),
);
const wild: fc.Arbitrary<WalletAction> = fc.record({
  atMs: fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double(), fc.constant(Number.NaN)),
  direction: fc.constantFrom('in', 'out'),
  kind: fc.constantFrom(...ACTION_KINDS),
  party: accounts,
  asset: fc.oneof(
    fc.integer({ min: 0, max: 20 }).map((n) => `asset ${n}`),
    fc.string(),
  ),
  amount: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt({ min: 0n, max: 10n ** 19n })),
  decimals: fc.integer({ min: 0, max: 40 }),
  method: fc.option(fc.string({ maxLength: 12 }), { nil: undefined }),
  allowance: fc.option(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), { nil: undefined }),
});
const learnt = (actions: readonly WalletAction[], into = emptyHabits()): Habits => {
  for (const action of actions) learnAction(into, action);
  return into;
};
const through = (habits: Habits): Habits => {
  const read = readHabits(JSON.parse(JSON.stringify(keepHabits(habits))));
  if (read === undefined) throw new Error('not read back');
  return read;
};

describe('kept habits', () => {
  it('come back as they were, and learn on as if they had never been away', () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 120 }), fc.array(wild, { maxLength: 20 }), (before, after) => {
        const habits = learnt(before);
        const back = through(habits);
        expect(back).toEqual(habits);
        expect(learnt(after, back)).toEqual(learnt(after, learnt(before)));
      }),
      { numRuns: 150 },
    );
  });

  it('take the same room whatever was learnt, below 16 KiB', () => {
    fc.assert(
      fc.property(fc.array(wild, { minLength: 200, maxLength: 400 }), (actions) => {
        expect(keepHabits(learnt(actions)).bytes).toHaveLength(Math.ceil(HABIT_BYTES / 3) * 4);
      }),
      { numRuns: 20 },
    );
    expect(JSON.stringify(keepHabits(emptyHabits())).length).toBeLessThan(15_400);
  });

  it('are not read where they are malformed, longer, shorter, of another version, or hold what is no number', () => {
    const kept = keepHabits(
      learnt([{ atMs: 1e12, direction: 'out', kind: 'coin', party: address(1), asset: 'coin', amount: 5n, decimals: 0 }]),
    );
    expect(readHabits(kept)).toBeDefined();
    const bytes = Buffer.from(kept.bytes, 'base64');
    const changed = (offset: number, value: number): string => {
      const copy = Buffer.from(bytes);
      copy.writeFloatLE(value, offset);
      return copy.toString('base64');
    };
    for (const wrong of [
      undefined,
      null,
      'text',
      [],
      {},
      { ...kept, v: 1 },
      { ...kept, chains: 'eip155:1' },
      { ...kept, chains: Array.from({ length: 15 }, (_, n) => `eip155:${n}`) },
      { ...kept, bytes: kept.bytes.slice(4) },
      { ...kept, bytes: `${kept.bytes}AAAA` },
      { ...kept, bytes: `*${kept.bytes.slice(1)}` },
      { ...kept, bytes: 7 },
      { ...kept, bytes: bytes.fill(0xff).toString('base64') },
    ])
      expect(readHabits(wrong), JSON.stringify(wrong)?.slice(0, 60)).toBeUndefined();
    bytes.set(Buffer.from(kept.bytes, 'base64'));
    let refused = 0;
    for (let offset = 0; offset < HABIT_BYTES; offset += 4)
      if (readHabits({ ...kept, bytes: changed(offset, Number.NaN) }) === undefined) refused += 1;
    // Rates, columns of the assets, days and the last amounts; counts of parties and assets beyond their bounds.
    expect(refused).toBe(3 + 6 * MOST.assets + MOST.assets * MOST.days + MOST.recent + 2 + Math.ceil(MOST.assets / 4));
  });

  it('name who was paid, as it was written, and nobody who only sent', () => {
    const ours = [`eip155:1:${address(4)}`, `eip155:8453:${address(4)}`, `ton:-239:0:${HASH}`, `ton:-239:-1:${HASH}`];
    const habits = learnt(
      ours.map((party, n) => ({ atMs: 1e12 + n * 1_000, direction: 'out', kind: 'coin', party, asset: 'coin', amount: 5n, decimals: 0 })),
    );
    learnAction(habits, {
      atMs: 2e12,
      direction: 'in',
      kind: 'coin',
      party: `eip155:1:${address(9)}`,
      asset: 'coin',
      amount: 5n,
      decimals: 0,
    });
    expect(paidParties(habits).map(({ account }) => account)).toEqual(ours);
    expect(paidParties(habits)[1]).toMatchObject({ transfers: 1, firstSeconds: 1e9 + 1, lastSeconds: 1e9 + 1 });
    expect(isNewTo(habits, `eip155:1:${address(9)}`)).toBe(true);
    expect(isNewTo(habits, `eip155:10:${address(4)}`)).toBe(true);
    expect(ours.every((account) => !isNewTo(habits, account))).toBe(true);
  });
});

describe('what a fleet knows of an account', () => {
  const to = (n: number, more: Partial<WalletAction> = {}): WalletAction => ({
    ...{ atMs: 1e12 + n * 1_000, direction: 'out', kind: 'coin', party: address(1), asset: 'coin', amount: 8n, decimals: 0 },
    ...more,
  });

  it('counts wallets, payments and arrivals, and nobody grows old by sending', () => {
    const sent = learnFleetParty(undefined, to(0, { direction: 'in' }), true);
    expect(viewFleetParty(sent, to(9), true)).toMatchObject({ others: 0, paid: 0, received: 1, age: -1, sinceLast: -1 });
    const paid = [to(1), to(2, { kind: 'call' }), to(3, { kind: 'token' })].reduce(
      (known, action, n) => learnFleetParty(known, action, n !== 1),
      sent,
    );
    expect(viewFleetParty(paid, to(4), true)).toEqual({
      others: 2,
      paid: 3,
      calls: 1,
      tokens: 1,
      received: 1,
      age: 2,
      sinceLast: 1,
      above: 0,
    });
    expect(viewFleetParty(paid, to(4, { amount: 16n }), false)).toMatchObject({ others: 1, above: 1 });
  });

  it('is read back as it was, and not where it is malformed', () => {
    const record = learnFleetParty(undefined, to(1), true);
    expect(readFleetParty(JSON.parse(JSON.stringify(record)))).toEqual(record);
    for (const wrong of [
      null,
      7,
      {},
      { ...record, v: 2 },
      { ...record, paid: -1 },
      { ...record, wallets: 0.5 },
      { ...record, bits: 'x' },
      { ...record, last: 2 ** 33 },
    ])
      expect(readFleetParty(wrong)).toBeUndefined();
  });
});

describe('account codes', () => {
  const chains = ['', 'eip155:1', 'eip155:2', 'ton:-239'];
  const codeOf = (account: string): Uint32Array => {
    const code = new Uint32Array(ACCOUNT_WORDS);
    encodeAccount(account, chains, code);
    return code;
  };

  it('are the same for the same account alone, and give its text back', () => {
    fc.assert(
      fc.property(accounts, accounts, (one, other) => {
        const known = chains.includes(one.split(':').slice(0, 2).join(':')) && chains.includes(other.split(':').slice(0, 2).join(':'));
        if (known) expect(codeOf(one).join() === codeOf(other).join()).toBe(one === other);
        const text = decodeAccount(codeOf(one), 0, chains);
        if (text !== undefined) expect(text).toBe(one);
      }),
    );
    expect(decodeAccount(codeOf(`ton:-239:-1:${HASH}`), 0, chains)).toBe(`ton:-239:-1:${HASH}`);
    expect(decodeAccount(codeOf(`eip155:2:${address(1)}`), 0, chains)).toBe(`eip155:2:${address(1)}`);
  });

  it('share as many digits at both ends as the texts do', () => {
    const digit = fc.integer({ min: 0, max: 15 }).map((n) => n.toString(16));
    const digits = fc.array(digit, { minLength: 40, maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(digits, digits, fc.nat(39), fc.nat(39), (one, filler, head, tail) => {
        if (head + tail > 39) return;
        const other = one.slice(0, head) + filler.slice(head, 40 - tail) + one.slice(40 - tail);
        const shared = sharedEnds(codeOf(`eip155:1:0x${one}`), 0, codeOf(`eip155:2:0x${other}`));
        let begin = 0;
        while (begin < 40 && one[begin] === other[begin]) begin += 1;
        let end = 0;
        while (end < 40 && one[39 - end] === other[39 - end]) end += 1;
        expect([shared >> 7, shared & 127]).toEqual(one === other ? [0, 0] : [begin, end]);
      }),
    );
  });

  it('count the checksum of a TON address to its end', () => {
    // EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N: its checksum is 0x1d8d.
    const code = codeOf(`ton:-239:0:${HASH}`);
    expect((code[0] as number) & 0xffff).toBe(0x1d8d);
    const other = code.slice();
    other[8] = (code[8] as number) ^ 0xf0;
    other[1] = (code[1] as number) ^ 0x1;
    const shared = sharedEnds(code, 0, other);
    expect([shared >> 7, shared & 127]).toEqual([7, 5]);
  });
});
