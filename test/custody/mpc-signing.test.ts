import { verify as nodeVerify } from 'node:crypto';
import { signVerify } from '@ton/crypto';
import nacl from 'tweetnacl';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/index.ts';
import type { SigningParty, SigningSession } from '../../src/custody/mpc/party.ts';
import { type GroupSignature, signTogether } from '../../src/custody/mpc/signing.ts';
import { makeShared, partyOf, random, type SharedKeyInHand } from './parties.ts';

const MESSAGE = sha256('message');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function signWith(made: SharedKeyInHand, parties: readonly SigningParty[], message = MESSAGE): GroupSignature {
  return signTogether({ group: made.group, publicKey: made.publicKey, threshold: made.threshold, message, parties, random });
}

function expectValid({ publicKey }: SharedKeyInHand, { signature }: GroupSignature, message = MESSAGE): void {
  expect(nodeVerify(null, message, { key: Buffer.concat([SPKI, publicKey]), format: 'der', type: 'spki' }, signature)).toBe(true);
  expect(nacl.sign.detached.verify(message, signature, publicKey)).toBe(true);
  expect(signVerify(Buffer.from(message), Buffer.from(signature), Buffer.from(publicKey))).toBe(true);
}

const subsets = (total: number, size: number): readonly (readonly number[])[] =>
  Array.from({ length: 2 ** total }, (_, bits) =>
    Array.from({ length: total }, (__, index) => index + 1).filter((n) => bits & (1 << (n - 1))),
  ).filter((some) => some.length === size);

let two: SharedKeyInHand;
let other: SharedKeyInHand;
beforeAll(() => {
  two = makeShared(2, 3);
  other = makeShared(2, 3);
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
    const three = makeShared(3, 5);
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
