import { describe, expect, it } from 'vitest';
import type { Random } from '../../src/core/index.ts';
import { generateTogether } from '../../src/custody/mpc/dkg.ts';
import { createDkgParty, type DkgParty } from '../../src/custody/mpc/dkg-party.ts';
import { frost, identifierOf, toSuiteGroup } from '../../src/custody/mpc/suite.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

const random = createSeededRandom('dkg');

function partiesOf(threshold: number, total: number, label = 'run'): DkgParty[] {
  return Array.from({ length: total }, (_, index) => createDkgParty({ number: index + 1, threshold, total, label, random }));
}

/** The parties, one of them (number 2) played otherwise. */
function withTwo(change: (two: DkgParty) => Partial<DkgParty>, threshold = 2, total = 3): DkgParty[] {
  return partiesOf(threshold, total).map((party) => (party.number === 2 ? { ...party, ...change(party) } : party));
}

const flipped = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte, index) => (index === 1 ? byte ^ 1 : byte));

describe('a key without a dealer', () => {
  it.each([
    [2, 2],
    [2, 3],
    [3, 5],
  ])('%d of %d: the shares of enough parties are the key, and fit what all know', (threshold, total) => {
    const parties = partiesOf(threshold, total);
    const group = generateTogether(parties);
    expect(group.commitments).toHaveLength(threshold);
    expect(group.verifyingShares).toHaveLength(total);
    const suiteGroup = toSuiteGroup(group);
    const shares = parties.map((party) =>
      party.seal((share) => ({ identifier: identifierOf(party.number), signingShare: Uint8Array.from(share) })),
    );
    for (const share of shares) expect(() => frost.validateSecret(share, suiteGroup)).not.toThrow();
    const signers = { min: threshold, max: total };
    const keys = [shares.slice(0, threshold), shares.slice(-threshold)].map((some) =>
      Buffer.from(frost.combineSecret(some, signers)).toString('hex'),
    );
    expect(new Set(keys).size).toBe(1);
  });

  it('hands out each share once', () => {
    const parties = partiesOf(2, 3);
    generateTogether(parties);
    const seen: Uint8Array[] = [];
    for (const party of parties) party.seal((share) => seen.push(share));
    for (const share of seen) expect([...share]).toEqual(Array.from({ length: 32 }, () => 0));
    for (const party of parties) expect(() => party.seal((share) => share)).toThrow(/KEY_INVALID/);
  });

  it('has no key where a party tells two others different things, although each story is sound', () => {
    const other = createDkgParty({ number: 2, threshold: 2, total: 3, label: 'run', random });
    const told: number[] = [];
    const parties = withTwo((two) => ({
      commitTo: (receiver) => {
        told.push(receiver);
        return receiver === 1 ? two.commitTo(1) : other.commitTo(receiver);
      },
    }));
    expect(() => generateTogether(parties)).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID', details: { party: 'party-2', stage: 'echo' } }),
    );
    expect(told.sort()).toEqual([1, 3]);
  });

  it('would have two groups of parties with two keys there without the echo', () => {
    const other = createDkgParty({ number: 2, threshold: 2, total: 3, label: 'run', random });
    const honest = withTwo((two) => ({
      commitTo: (receiver) => (receiver === 1 ? two.commitTo(1) : other.commitTo(receiver)),
      shareFor: (receiver) => (receiver === 1 ? two.shareFor(1) : other.shareFor(receiver)),
      hear: (said) => {
        other.hear(said);
        return two.hear(said);
      },
    }));
    const blind = honest.map((party) => ({ ...party, compare: () => undefined }));
    expect(() => generateTogether(blind)).toThrow(expect.objectContaining({ details: { party: expect.anything(), stage: 'confirm' } }));
  });

  it.each([
    [
      'another proof',
      'proof',
      (two: DkgParty) => ({
        commitTo: () => ({ ...two.commitTo(0), proofOfKnowledge: partiesOf(2, 3, 'run')[1]?.commitTo(0).proofOfKnowledge as Uint8Array }),
      }),
    ],
    [
      'a broken proof',
      'proof',
      (two: DkgParty) => ({ commitTo: () => ({ ...two.commitTo(0), proofOfKnowledge: flipped(two.commitTo(0).proofOfKnowledge) }) }),
    ],
    [
      'a proof that is none',
      'commit',
      (two: DkgParty) => ({ commitTo: () => ({ ...two.commitTo(0), proofOfKnowledge: new Uint8Array(3) }) }),
    ],
    [
      'too few commitments',
      'commit',
      (two: DkgParty) => ({ commitTo: () => ({ ...two.commitTo(0), commitment: two.commitTo(0).commitment.slice(1) }) }),
    ],
    [
      'a commitment that is no point',
      'commit',
      (two: DkgParty) => ({
        commitTo: () => ({ ...two.commitTo(0), commitment: two.commitTo(0).commitment.map(() => new Uint8Array(32).fill(255)) }),
      }),
    ],
    [
      'the identity as commitment',
      'commit',
      (two: DkgParty) => ({
        commitTo: () => ({
          ...two.commitTo(0),
          commitment: two.commitTo(0).commitment.map(() => Uint8Array.from([1, ...new Uint8Array(31)])),
        }),
      }),
    ],
    ["another party's name", 'commit', (two: DkgParty) => ({ commitTo: () => ({ ...two.commitTo(0), identifier: identifierOf(3) }) })],
    ['a wrong share', 'share', (two: DkgParty) => ({ shareFor: (receiver: number) => flipped(two.shareFor(receiver)) })],
    ['the share of another', 'share', (two: DkgParty) => ({ shareFor: (receiver: number) => two.shareFor(receiver === 1 ? 3 : 1) })],
    ['no share', 'share', () => ({ shareFor: () => new Uint8Array(0) })],
    ['a share that is no scalar', 'share', () => ({ shareFor: () => new Uint8Array(32).fill(255) })],
  ])('has no key, and names the party, for %s', (_, stage, change) => {
    expect(() => generateTogether(withTwo(change as never))).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID', details: { party: 'party-2', stage } }),
    );
  });

  it('names the party whose proof copies that of an honest one', () => {
    const parties = partiesOf(2, 3);
    const one = parties[0] as DkgParty;
    const copy = parties.map((party) =>
      party.number === 3
        ? { ...party, commitTo: (receiver: number) => ({ ...one.commitTo(receiver), identifier: identifierOf(3) }) }
        : party,
    );
    expect(() => generateTogether(copy)).toThrow(expect.objectContaining({ details: { party: 'party-3', stage: 'proof' } }));
  });

  it('is nothing in another run: what was said there does not fit', () => {
    const old = partiesOf(2, 3, 'old run');
    const oldTwo = old[1] as DkgParty;
    const parties = withTwo(() => ({ commitTo: oldTwo.commitTo, shareFor: () => new Uint8Array(32).fill(1) }));
    expect(() => generateTogether(parties)).toThrow(expect.objectContaining({ details: { party: 'party-2', stage: 'echo' } }));
  });

  it('is not made by parties that mean different runs, although they heard the same', () => {
    const [one, two] = partiesOf(2, 2) as [DkgParty, DkgParty];
    const elsewhere = createDkgParty({ number: 2, threshold: 2, total: 2, label: 'other', random });
    const mine = one.hear(new Map([[2, elsewhere.commitTo(1)]]));
    const theirs = elsewhere.hear(new Map([[1, one.commitTo(2)]]));
    const echoes = new Map([
      [1, mine],
      [2, theirs],
    ]);
    expect(() => one.compare(echoes)).toThrow(expect.objectContaining({ details: { party: expect.anything(), stage: 'echo' } }));
    expect(() => two.compare(new Map())).toThrow(/KEY_INVALID/);
  });

  it('is not made of dead randomness', () => {
    for (const bytes of [(length: number) => new Uint8Array(length), () => new Uint8Array(5)] satisfies Random['bytes'][])
      expect(() => createDkgParty({ number: 1, threshold: 2, total: 3, label: 'run', random: { bytes } })).toThrow(/KEY_INVALID/);
  });
});
