import { describe, expect, it } from 'vitest';
import { sha256, toHex } from '../../src/core/index.ts';
import { createSigningParty, type SigningParty, type SigningSession } from '../../src/custody/mpc/party.ts';
import { frost, type NonceCommitment } from '../../src/custody/mpc/suite.ts';
import { makeShared, partyOf, random } from './parties.ts';

const MESSAGE = sha256('message');
const two = makeShared(2, 3);

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
    const { identifier } = commitments[0] as NonceCommitment;
    expect(frost.verifyShare(two.group, commitments, MESSAGE, identifier, share)).toBe(true);
    expect(frost.verifyShare(two.group, commitments, message, identifier, share)).toBe(false);
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
