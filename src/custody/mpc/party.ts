import { CastellanError, type Random, toHex } from '../../core/index.ts';
import { frost, hedged, identifierOf, type NonceCommitment, type SuiteGroup } from './suite.ts';

/** One signature that some of the parties make together. */
export interface SigningSession {
  /** 32 hex digits, never used before. */
  readonly id: string;
  readonly message: Uint8Array;
  readonly group: SuiteGroup;
  /** Numbers of the parties that sign. */
  readonly signers: readonly number[];
}

/** A holder of one share. It answers each round of a session once. */
export interface SigningParty {
  /** From 1 on. */
  readonly number: number;
  /** Round one: the public half of fresh nonces. @throws PERMIT_REFUSED for a session that it has seen; KEY_DECRYPT_FAILED */
  commit(session: SigningSession): NonceCommitment;
  /**
   * Round two: its share of the signature over the message that the session began with. Whatever happens, the nonces are gone.
   * @throws PERMIT_REFUSED for a session that is not open; SIGNATURE_INVALID where the commitments are not the session's
   */
  signShare(sessionId: string, commitments: readonly NonceCommitment[]): Uint8Array;
  /** Ends a session without a share. */
  forget(sessionId: string): void;
}

interface OpenSession extends SigningSession {
  readonly secret: { readonly identifier: string; readonly signingShare: Uint8Array };
  readonly nonces: { readonly hiding: Uint8Array; readonly binding: Uint8Array };
}

/** Sessions that a party takes part in before it refuses more: one signature needs as many as there are cheaters, plus one. */
const MAX_SESSIONS = 1_024;

/**
 * A party over a share that `openShare` decrypts. Share and nonces are in memory from round one to round two and nowhere
 * else; both are filled with zeros when the session ends. `label` goes into the nonces.
 */
export function createSigningParty(options: {
  readonly number: number;
  readonly label: string;
  readonly random: Random;
  readonly openShare: () => Uint8Array;
}): SigningParty {
  const { number, label, random, openShare } = options;
  const identifier = identifierOf(number);
  const seen = new Set<string>();
  const open = new Map<string, OpenSession>();

  function close(sessionId: string): OpenSession | undefined {
    const session = open.get(sessionId);
    open.delete(sessionId);
    return session;
  }

  return Object.freeze({
    number,
    commit(session: SigningSession): NonceCommitment {
      if (seen.has(session.id) || seen.size >= MAX_SESSIONS || !session.signers.includes(number)) throw refused('session_used');
      seen.add(session.id);
      const signingShare = openShare();
      try {
        const message = Uint8Array.from(session.message);
        const purpose = JSON.stringify([label, number, session.id, session.signers, toHex(message)]);
        const { nonces, commitments } = frost.commit({ identifier, signingShare }, hedged(random, purpose));
        open.set(session.id, { ...session, message, signers: [...session.signers], secret: { identifier, signingShare }, nonces });
        return commitments;
      } catch (error) {
        signingShare.fill(0);
        throw error;
      }
    },
    signShare(sessionId: string, commitments: readonly NonceCommitment[]): Uint8Array {
      const session = close(sessionId);
      if (session === undefined) throw refused('session_used');
      try {
        checkSigners(session, commitments);
        return frost.signShare(session.secret, session.group, session.nonces, [...commitments], session.message);
      } finally {
        wipe(session);
      }
    },
    forget(sessionId: string): void {
      const session = close(sessionId);
      if (session !== undefined) wipe(session);
    },
  });
}

/** The commitments are one of each signer of the session, and of nobody else. */
function checkSigners({ signers }: SigningSession, commitments: readonly NonceCommitment[]): void {
  const expected = new Set(signers.map(identifierOf));
  const given = new Set(commitments.map((commitment) => commitment.identifier));
  if (commitments.length !== expected.size || given.size !== expected.size || ![...expected].every((id) => given.has(id)))
    throw new CastellanError('SIGNATURE_INVALID', { message: 'The commitments are not those of the parties of this session.' });
}

function wipe({ secret, nonces }: OpenSession): void {
  for (const bytes of [secret.signingShare, nonces.hiding, nonces.binding]) bytes.fill(0);
}

function refused(reason: string): CastellanError {
  return new CastellanError('PERMIT_REFUSED', { message: 'A party answers each session once.', details: { reason } });
}
