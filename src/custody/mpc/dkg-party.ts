import { CastellanError, type Random, sha256Hex, toHex } from '../../core/index.ts';
import { frost, type Group, hedged, identifierOf, isPoint } from './suite.ts';

/** What a party says in round one: commitments to its polynomial, and that it knows the secret in it. */
export type DkgCommitment = ReturnType<typeof frost.DKG.round1>['public'];

/** What a party heard in round one: a digest for each party, its own included. */
export type DkgEcho = ReadonlyMap<number, string>;

/** Stages at which a party can be found out. */
export type DkgStage = 'commit' | 'proof' | 'echo' | 'share' | 'confirm';

/**
 * A party of a key generation without a dealer. Messages go from one party to one other; nothing but the echo says that
 * a party told all others the same.
 */
export interface DkgParty {
  readonly number: number;
  commitTo(receiver: number): DkgCommitment;
  /** Takes what the others committed to, and echoes what it heard. @throws KEY_INVALID with the party and the stage */
  hear(commitments: ReadonlyMap<number, DkgCommitment>): DkgEcho;
  /** Compares what all heard; its shares leave only afterwards. @throws KEY_INVALID */
  compare(echoes: ReadonlyMap<number, DkgEcho>): void;
  /** The share that its polynomial gives another party; 32 secret bytes. */
  shareFor(receiver: number): Uint8Array;
  /** Takes the others' shares, each checked against its sender's commitments. @throws KEY_INVALID */
  finish(shares: ReadonlyMap<number, Uint8Array>): Group;
  /** Hands its share of the key to `seal` and fills it with zeros. */
  seal<T>(seal: (share: Uint8Array) => T): T;
  wipe(): void;
}

/** An honest party. `label` names the run, so that what is said in one run is nothing in another. */
export function createDkgParty(options: {
  readonly number: number;
  readonly threshold: number;
  readonly total: number;
  readonly label: string;
  readonly random: Random;
}): DkgParty {
  const { number, threshold, total, label, random } = options;
  const self = identifierOf(number);
  const rng = hedged(random, `${label}/dkg/${number}`);
  const { public: mine, secret } = frost.DKG.round1(self, { min: threshold, max: total }, undefined, rng);
  let others: ReadonlyMap<number, DkgCommitment> = new Map();
  let outgoing: Readonly<Record<string, { readonly signingShare: Uint8Array }>> = {};
  let share: Uint8Array | undefined;
  const ownEcho = new Map<number, string>();

  const wipe = (): void => {
    frost.DKG.clean(secret);
    for (const { signingShare } of Object.values(outgoing)) signingShare.fill(0);
    share?.fill(0);
    share = undefined;
  };

  return Object.freeze({
    number,
    commitTo: () => mine,
    hear(commitments: ReadonlyMap<number, DkgCommitment>): DkgEcho {
      others = new Map([...commitments].map(([sender, said]) => [sender, copyOf(said, sender, threshold)]));
      try {
        outgoing = frost.DKG.round2(secret, [...others.values()]);
      } catch {
        throw blame([...others].find(([, said]) => !provesKnowledge(said, self, rng))?.[0] ?? number, 'proof');
      }
      for (const [sender, said] of [...others, [number, mine] as const]) ownEcho.set(sender, digestOf(label, said));
      return new Map(ownEcho);
    },
    compare(echoes: ReadonlyMap<number, DkgEcho>): void {
      for (const echo of echoes.values()) {
        for (const [sender, digest] of ownEcho) if (echo.get(sender) !== digest) throw blame(sender, 'echo');
      }
      if (echoes.size !== total) throw blame(number, 'echo');
    },
    shareFor: (receiver: number) => Uint8Array.from(outgoing[identifierOf(receiver)]?.signingShare ?? new Uint8Array(0)),
    finish(shares: ReadonlyMap<number, Uint8Array>): Group {
      const received = [...others].map(([sender, { commitment }]) => {
        const signingShare = shares.get(sender) ?? new Uint8Array(0);
        if (!isShareOf(commitment, self, signingShare, threshold, total)) throw blame(sender, 'share');
        return { identifier: identifierOf(sender), signingShare };
      });
      const key = frost.DKG.round3(secret, [...others.values()], received);
      share = key.secret.signingShare;
      const { commitments, verifyingShares } = key.public;
      return {
        threshold,
        total,
        commitments,
        verifyingShares: Array.from({ length: total }, (_, index) => verifyingShares[identifierOf(index + 1)] ?? new Uint8Array(0)),
      };
    },
    seal<T>(seal: (bytes: Uint8Array) => T): T {
      if (share === undefined) throw blame(number, 'share');
      try {
        return seal(share);
      } finally {
        wipe();
      }
    },
    wipe,
  });
}

/** A party that did not follow the protocol, by name. */
export function blame(party: number, stage: DkgStage): CastellanError {
  return new CastellanError('KEY_INVALID', {
    message: 'A party spoiled the making of a shared key.',
    details: { party: `party-${party}`, stage },
  });
}

/** Copied before it is judged: the sender keeps no hold on it. */
function copyOf(said: DkgCommitment, sender: number, threshold: number): DkgCommitment {
  const { identifier, commitment, proofOfKnowledge } = said;
  if (identifier !== identifierOf(sender) || !Array.isArray(commitment) || commitment.length !== threshold) throw blame(sender, 'commit');
  if (!commitment.every(isPoint) || !(proofOfKnowledge instanceof Uint8Array) || proofOfKnowledge.length !== 64)
    throw blame(sender, 'commit');
  return { identifier, commitment: commitment.map((point) => Uint8Array.from(point)), proofOfKnowledge: Uint8Array.from(proofOfKnowledge) };
}

function digestOf(label: string, { identifier, commitment, proofOfKnowledge }: DkgCommitment): string {
  return sha256Hex(JSON.stringify([label, identifier, commitment.map(toHex), toHex(proofOfKnowledge)]));
}

/** The suite names nobody: ask it about this sender alone, as one of two parties. */
function provesKnowledge(said: DkgCommitment, self: string, rng: (length?: number) => Uint8Array): boolean {
  const probe = frost.DKG.round1(self, { min: 2, max: 2 }, undefined, rng);
  try {
    frost.DKG.round2(probe.secret, [{ ...said, commitment: said.commitment.slice(0, 2) }]);
    return true;
  } catch {
    return false;
  } finally {
    frost.DKG.clean(probe.secret);
  }
}

function isShareOf(commitments: readonly Uint8Array[], identifier: string, signingShare: Uint8Array, min: number, max: number): boolean {
  try {
    frost.validateSecret({ identifier, signingShare }, { signers: { min, max }, commitments: [...commitments], verifyingShares: {} });
    return true;
  } catch {
    return false;
  }
}
