import { CastellanError, type Random, verifyEd25519 } from '../../core/index.ts';
import type { SigningParty, SigningSession } from './party.ts';
import { freshName, frost, identifierOf, isPoint, type NonceCommitment, type SuiteGroup } from './suite.ts';

/** Why a party was left out of a signature. */
export type ShareFault = 'missing' | 'unreadable' | 'revoked' | 'refused' | 'invalid_commitment' | 'invalid_share';

/** A party and what was wrong with it. */
export interface PartyFault {
  readonly party: number;
  readonly fault: ShareFault;
}

/** A signature, and who had to be left out of it. */
export interface GroupSignature {
  /** 64 bytes, R‖S. */
  readonly signature: Uint8Array;
  readonly signers: readonly number[];
  readonly faults: readonly PartyFault[];
}

/**
 * Lets any `threshold` of these parties sign. Where one fails or cheats, it is named, left out, and the others begin again
 * with fresh nonces in a fresh session; no answer of a session that ended is used again. The signature is verified, strictly
 * and by other code than made it, before it is returned.
 *
 * Fails closed when fewer than `threshold` parties are left.
 * @throws KEY_DECRYPT_FAILED, naming the parties that were left out
 */
export function signTogether(options: {
  readonly group: SuiteGroup;
  /** The 32 bytes that the signature must verify under. */
  readonly publicKey: Uint8Array;
  readonly threshold: number;
  readonly message: Uint8Array;
  readonly parties: readonly SigningParty[];
  /** Parties that are known not to be there. */
  readonly missing?: readonly PartyFault[];
  readonly random: Random;
}): GroupSignature {
  const { group, publicKey, threshold, message, random } = options;
  const faults: PartyFault[] = [...(options.missing ?? [])];
  let able = [...options.parties];
  while (able.length >= threshold) {
    const signers = able.slice(0, threshold);
    const session = { id: freshName(random), message, group, signers: signers.map((party) => party.number) };
    const outcome = runSession(session, signers);
    if ('signature' in outcome) {
      if (!verifyEd25519(publicKey, message, outcome.signature)) throw unsound();
      return { signature: outcome.signature, signers: session.signers, faults };
    }
    faults.push(...outcome.faults);
    able = able.filter((party) => !outcome.faults.some((fault) => fault.party === party.number));
  }
  throw tooFew(faults, threshold, able.length);
}

type Outcome = { readonly signature: Uint8Array } | { readonly faults: readonly PartyFault[] };

/** One session. Ends with a signature or with at least one name. */
function runSession(session: SigningSession, parties: readonly SigningParty[]): Outcome {
  const { group, message } = session;
  try {
    const commitments: NonceCommitment[] = [];
    for (const party of parties) {
      const commitment = attempt(() => party.commit(session));
      if (commitment === undefined) return { faults: [{ party: party.number, fault: 'unreadable' }] };
      if (commitment.identifier !== identifierOf(party.number)) return { faults: [{ party: party.number, fault: 'invalid_commitment' }] };
      commitments.push(commitment);
    }
    const shares: Record<string, Uint8Array> = {};
    for (const party of parties) {
      const share = attempt(() => party.signShare(session.id, commitments));
      if (share === undefined) return { faults: blameCommitments(commitments, parties) ?? [{ party: party.number, fault: 'refused' }] };
      shares[identifierOf(party.number)] = share;
    }
    const signature = attempt(() => frost.aggregate(group, commitments, message, shares));
    return signature === undefined ? { faults: blameShares(session, parties, commitments, shares) } : { signature };
  } finally {
    for (const party of parties) attempt(() => party.forget(session.id));
  }
}

/** Checks share by share, since aggregating names nobody where a share is no scalar at all. */
function blameShares(
  { group, message }: SigningSession,
  parties: readonly SigningParty[],
  commitments: readonly NonceCommitment[],
  shares: Readonly<Record<string, Uint8Array>>,
): readonly PartyFault[] {
  const faulty = blameCommitments(commitments, parties);
  if (faulty !== undefined) return faulty;
  const cheaters = parties.filter(({ number }) => {
    const id = identifierOf(number);
    return attempt(() => frost.verifyShare(group, [...commitments], message, id, shares[id] ?? new Uint8Array(0))) !== true;
  });
  if (cheaters.length === 0) throw unsound();
  return cheaters.map(({ number }) => ({ party: number, fault: 'invalid_share' as const }));
}

function blameCommitments(commitments: readonly NonceCommitment[], parties: readonly SigningParty[]): readonly PartyFault[] | undefined {
  const wrong = parties.filter((_, index) => !isPoint(commitments[index]?.hiding) || !isPoint(commitments[index]?.binding));
  return wrong.length === 0 ? undefined : wrong.map(({ number }) => ({ party: number, fault: 'invalid_commitment' as const }));
}

/** What a party or a library throws may hold anything: it goes no further. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function unsound(): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: 'The parties made a signature that does not verify, and no share of it is wrong.',
  });
}

/** Too few shares to sign. */
export function tooFew(faults: readonly PartyFault[], threshold: number, available: number): CastellanError {
  return new CastellanError('KEY_DECRYPT_FAILED', {
    message: 'Too few shares of the key can be used.',
    details: { threshold, available, parties: faults.map(({ party, fault }) => `party-${party}: ${fault}`) },
  });
}
