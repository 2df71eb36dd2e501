import { verify as nodeVerify } from 'node:crypto';
import { signVerify } from '@ton/crypto';
import nacl from 'tweetnacl';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256, toHex } from '../../src/core/index.ts';
import { generateTogether } from '../../src/custody/mpc/dkg.ts';
import { createDkgParty } from '../../src/custody/mpc/dkg-party.ts';
import { createSigningParty, type SigningParty, type SigningSession } from '../../src/custody/mpc/party.ts';
import { type GroupSignature, signTogether } from '../../src/custody/mpc/signing.ts';
import { type NonceCommitment, type SuiteGroup, toSuiteGroup } from '../../src/custody/mpc/suite.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

const random = createSeededRandom('signing');
const MESSAGE = sha256('message');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

interface Made {
  readonly group: SuiteGroup;
  readonly publicKey: Uint8Array;
  readonly shares: readonly Uint8Array[];
  readonly threshold: number;
}

function make(threshold: number, total: number): Made {
  const makers = Array.from({ length: total }, (_, index) =>
    createDkgParty({ number: index + 1, threshold, total, label: 'test', random }),
  );
  const group = generateTogether(makers);
  const shares = makers.map((maker) => maker.seal((share) => Uint8Array.from(share)));
  return { group: toSuiteGroup(group), publicKey: group.commitments[0] as Uint8Array, shares, threshold };
}

function partyOf({ shares }: Made, number: number, source = random): SigningParty {
  return createSigningParty({ number, label: 'test', random: source, openShare: () => Uint8Array.from(shares[number - 1] as Uint8Array) });
}

function signWith(made: Made, parties: readonly SigningParty[], message = MESSAGE): GroupSignature {
  return signTogether({ group: made.group, publicKey: made.publicKey, threshold: made.threshold, message, parties, random });
}

function expectValid({ publicKey }: Made, { signature }: GroupSignature, message = MESSAGE): void {
  expect(nodeVerify(null, message, { key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' }, signature)).toBe(true);
  expect(nacl.sign.detached.verify(message, signature, publicKey)).toBe(true);
  expect(signVerify(Buffer.from(message), Buffer.from(signature), Buffer.from(publicKey))).toBe(true);
}

const subsets = (total: number, size: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** total }, (_, bits) =>
    Array.from({ length: total }, (__, index) => index + 1).filter((n) => bits & (1 << (n - 1))),
  ).filter((some) => some.length === size);

let two: Made;
let other: Made;
beforeAll(() => {
  two = make(2, 3);
  other = make(2, 3);
});

describe('parties that sign together', () => {
  it('make a plain Ed25519 signature, whichever of them sign, for every verifier', () => {
    for (const some of subsets(3, 2)) {
      const made = signWith(
        two,
        some.map((number) => partyOf(two, number)),
      );
      expectValid(two, made);
      expect(made).toMatchObject({ signers: some, faults: [] });
    }
    const three = make(3, 5);
    for (const some of subsets(5, 3))
      expectValid(
        three,
        signWith(
          three,
          some.map((number) => partyOf(three, number)),
        ),
      );
  });

  it('sign with as many as are needed, and no more', () => {
    expect(
      signWith(
        two,
        [1, 2, 3].map((number) => partyOf(two, number)),
      ).signers,
    ).toEqual([1, 2]);
  });

  it('do not sign where fewer are left', () => {
    expect(() => signWith(two, [partyOf(two, 3)])).toThrow(expect.objectContaining({ code: 'KEY_DECRYPT_FAILED' }));
    expect(() => signWith(two, [])).toThrow(/KEY_DECRYPT_FAILED/);
  });

  const cheats: readonly (readonly [string, string, (honest: SigningParty) => Partial<SigningParty>])[] = [
    [
      'whose share does not open',
      'unreadable',
      () => ({
        commit: () => {
          throw new Error('locked');
        },
      }),
    ],
    [
      'that refuses the second round',
      'refused',
      () => ({
        signShare: () => {
          throw new Error('no');
        },
      }),
    ],
    [
      'that commits to no point',
      'invalid_commitment',
      (honest) => ({ commit: (session) => ({ ...honest.commit(session), hiding: new Uint8Array(32).fill(255) }) }),
    ],
    [
      'that commits to the identity',
      'invalid_commitment',
      (honest) => ({ commit: (session) => ({ ...honest.commit(session), binding: Uint8Array.from([1, ...new Uint8Array(31)]) }) }),
    ],
    [
      'that commits under another name',
      'invalid_commitment',
      (honest) => ({ commit: (session) => ({ ...honest.commit(session), identifier: `07${'00'.repeat(31)}` }) }),
    ],
    ['that sends a share of one bit less', 'invalid_share', (honest) => ({ signShare: (...round) => flipped(honest.signShare(...round)) })],
    [
      'that sends a share that is no scalar',
      'invalid_share',
      (honest) => ({
        signShare: (...round) => {
          honest.signShare(...round);
          return new Uint8Array(32).fill(255);
        },
      }),
    ],
    ['that sends a share of 31 bytes', 'invalid_share', (honest) => ({ signShare: (...round) => honest.signShare(...round).subarray(1) })],
    ['that sends nothing', 'refused', () => ({ signShare: () => undefined as never })],
    [
      'that signs another message',
      'invalid_share',
      (honest) => ({ commit: (session) => honest.commit({ ...session, message: sha256('drain') }) }),
    ],
  ];

  it.each(cheats)('name a party %s, leave it out, and the others sign', (_, fault, change) => {
    for (const cheat of [1, 2]) {
      const parties = [1, 2, 3].map((number) => {
        const honest = partyOf(two, number);
        return number === cheat ? { ...honest, ...change(honest) } : honest;
      });
      const made = signWith(two, parties);
      expectValid(two, made);
      expect(made.faults).toEqual([{ party: cheat, fault }]);
      expect(made.signers).toEqual([1, 2, 3].filter((number) => number !== cheat));
      const error = thrownBy(() => signWith(two, parties.slice(0, 2)));
      expect(error).toMatchObject({ code: 'KEY_DECRYPT_FAILED', details: { parties: [`party-${cheat}: ${fault}`] } });
    }
  });

  it('name a party with the share of another key, and one with the share of another party', () => {
    for (const wrong of [other.shares[1], two.shares[2]] as const) {
      const mixed = { ...two, shares: [two.shares[0], wrong, two.shares[2]] as Uint8Array[] };
      const made = signWith(
        mixed,
        [1, 2, 3].map((number) => partyOf(mixed, number)),
      );
      expectValid(two, made);
      expect(made.faults).toEqual([{ party: 2, fault: 'invalid_share' }]);
    }
  });

  it('give no signature under another key than asked for', () => {
    const parties = [1, 2].map((number) => partyOf(two, number));
    const wrong = { group: two.group, publicKey: other.publicKey, threshold: 2, message: MESSAGE, parties, random };
    expect(() => signTogether(wrong)).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }));
  });

  it('leave nothing open when a session fails', () => {
    const honest = partyOf(two, 1);
    const seen: SigningSession[] = [];
    const commit = (session: SigningSession) => {
      seen.push(session);
      return honest.commit(session);
    };
    const watching = { ...honest, commit };
    const cheat = { ...partyOf(two, 2), signShare: () => new Uint8Array(32) };
    expect(() => signWith(two, [watching, cheat])).toThrow(/KEY_DECRYPT_FAILED/);
    const [session] = seen;
    expect(() => honest.signShare((session as SigningSession).id, [])).toThrow(/PERMIT_REFUSED/);
    expect(() => honest.commit(session as SigningSession)).toThrow(/PERMIT_REFUSED/);
  });
});

describe('a party', () => {
  const sessionOf = (id: string, message = MESSAGE): SigningSession => ({ id, message, group: two.group, signers: [1, 2] });
  const roundOne = (
    id: string,
    message = MESSAGE,
  ): { readonly parties: readonly [SigningParty, SigningParty]; readonly commitments: NonceCommitment[] } => {
    const parties = [partyOf(two, 1), partyOf(two, 2)] as const;
    return { parties, commitments: parties.map((party) => party.commit(sessionOf(id, message))) };
  };

  it('answers each round of a session once', () => {
    const { parties, commitments } = roundOne('a');
    const [one] = parties;
    expect(() => one.commit(sessionOf('a'))).toThrow(/PERMIT_REFUSED/);
    expect(one.signShare('a', commitments)).toHaveLength(32);
    expect(() => one.signShare('a', commitments)).toThrow(/PERMIT_REFUSED/);
    expect(() => one.commit(sessionOf('a', sha256('drain')))).toThrow(/PERMIT_REFUSED/);
    expect(() => one.signShare('never', commitments)).toThrow(/PERMIT_REFUSED/);
  });

  it('takes no part in a session without it', () => {
    expect(() => partyOf(two, 3).commit(sessionOf('a'))).toThrow(/PERMIT_REFUSED/);
  });

  it('loses its nonces with the first answer, right or wrong', () => {
    for (const wrong of [[], 'one', 'double', 'stranger', 'swapped'] as const) {
      const { parties, commitments } = roundOne('b');
      const [mine, theirs] = commitments as [NonceCommitment, NonceCommitment];
      const lists = {
        one: [mine],
        double: [mine, mine],
        stranger: [mine, { ...theirs, identifier: `03${'00'.repeat(31)}` }],
        swapped: [
          { ...theirs, identifier: mine.identifier },
          { ...mine, identifier: theirs.identifier },
        ],
      };
      const list = typeof wrong === 'string' ? lists[wrong] : wrong;
      expect(() => parties[0].signShare('b', list)).toThrow();
      expect(() => parties[0].signShare('b', commitments)).toThrow(/PERMIT_REFUSED/);
    }
  });

  it('gives a share for the message that the session began with, whatever becomes of the buffer', () => {
    const message = Uint8Array.from(MESSAGE);
    const { parties, commitments } = roundOne('c', message);
    message.fill(7);
    const share = parties[0].signShare('c', commitments);
    const made = signWith(
      two,
      [1, 2].map((number) => partyOf(two, number)),
    );
    expectValid(two, made);
    expect(share).toHaveLength(32);
  });

  it('never has one nonce for two messages or two groups of signers, even where the randomness repeats', () => {
    const stuck = { bytes: (length: number) => Uint8Array.from({ length }, (_, index) => index) };
    const commit = (session: SigningSession) => {
      const { hiding, binding } = partyOf(two, 1, stuck).commit(session);
      return [toHex(hiding), toHex(binding)];
    };
    const sessions = [sessionOf('d'), sessionOf('d', sha256('drain')), sessionOf('e'), { ...sessionOf('d'), signers: [1, 3] }];
    const all = sessions.flatMap(commit);
    expect(new Set(all).size).toBe(8);
    expect(() => partyOf(two, 1, { bytes: (length) => new Uint8Array(length) }).commit(sessionOf('f'))).toThrow(/KEY_INVALID/);
  });

  it('fills its share with zeros when a session ends, however it ends', () => {
    for (const end of ['signed', 'forgotten', 'failed', 'never begun'] as const) {
      const opened: Uint8Array[] = [];
      const openShare = () => {
        opened.push(Uint8Array.from(two.shares[0] as Uint8Array));
        return opened.at(-1) as Uint8Array;
      };
      const broken = { bytes: (length: number) => new Uint8Array(length) };
      const party = createSigningParty({ number: 1, label: 'test', random: end === 'never begun' ? broken : random, openShare });
      const partner = partyOf(two, 2);
      if (end === 'never begun') expect(() => party.commit(sessionOf('g'))).toThrow();
      else {
        const commitments = [party.commit(sessionOf('g')), partner.commit(sessionOf('g'))];
        expect(opened[0]?.some((byte) => byte !== 0)).toBe(true);
        if (end === 'signed') party.signShare('g', commitments);
        if (end === 'forgotten') party.forget('g');
        if (end === 'failed') expect(() => party.signShare('g', [])).toThrow();
      }
      expect(opened).toHaveLength(1);
      expect([...(opened[0] as Uint8Array)]).toEqual(Array.from({ length: 32 }, () => 0));
    }
  });

  it('takes part in a bounded number of sessions', () => {
    const party = createSigningParty({
      number: 1,
      label: 'test',
      random,
      openShare: () => {
        throw new Error('locked');
      },
    });
    for (let turn = 0; turn < 1_024; turn += 1) expect(() => party.commit(sessionOf(`s${turn}`))).toThrow('locked');
    expect(() => party.commit(sessionOf('more'))).toThrow(/PERMIT_REFUSED/);
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte));
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
