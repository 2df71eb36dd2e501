import { CastellanError, type ErrorDetails } from '../errors.ts';

/** What became of one question at one endpoint. */
export type Vote =
  | { readonly endpoint: number; readonly kind: 'answer'; readonly value: unknown }
  /** The node refused the question itself; that is an answer, too. */
  | { readonly endpoint: number; readonly kind: 'refusal'; readonly error: CastellanError }
  /** Nothing that says anything of the question: no answer, one that is none, or one of a node that is behind. */
  | { readonly endpoint: number; readonly kind: 'missing'; readonly error: CastellanError };

/** What of a vote is compared: equal spellings are equal answers. A null spelling says "I do not know", and contradicts nobody. */
export interface Ballot {
  readonly spelling: string | null;
  /** Exactly what the spelling stands for, so that nothing passes that was not compared. */
  readonly value: unknown;
}

interface Group {
  readonly endpoints: number[];
  readonly value: unknown;
  readonly error: CastellanError | null;
}

/** What the errors of a quorum say. */
export interface Counted {
  /** What was asked, for the error. */
  readonly method: string;
  /** Equal answers that are needed. */
  readonly needed: number;
}

const namesOf = (votes: readonly Vote[]): readonly string[] =>
  votes.flatMap((vote) => {
    if (vote.kind !== 'missing') return [];
    const { code, details } = vote.error;
    return [`${vote.endpoint}: ${[code, details['reason']].filter((part) => part !== undefined).join(' ')}`];
  });

/** What all of them failed with, where that is one and the same; it says more than their number. */
function commonFailure(votes: readonly Vote[]): CastellanError | null {
  const errors = votes.map((vote) => (vote.kind === 'missing' ? vote.error : null));
  const [first] = errors;
  const isSame = (error: CastellanError | null): boolean =>
    error !== null && error.code === first?.code && error.details['reason'] === first.details['reason'];
  return first !== undefined && errors.every(isSame) ? first : null;
}

/** Too few nodes gave an answer. An outage is never agreement, and never makes the quorum smaller. */
export function quorumMissing(votes: readonly Vote[], { method, needed }: Counted): CastellanError {
  const common = commonFailure(votes);
  if (common !== null) return common;
  const details: ErrorDetails = { reason: 'quorum_missing', method, needed, configured: votes.length, missing: namesOf(votes) };
  return new CastellanError('CHAIN_UNAVAILABLE', {
    message: 'Too few of the configured endpoints answer.',
    details,
    retryable: true,
  });
}

/** Nodes that answered say different things: who lies cannot be told, so nobody is believed. */
export function nodesDisagree(groups: readonly (readonly number[])[], votes: readonly Vote[], { method, needed }: Counted): CastellanError {
  const answers = groups.map((endpoints) => endpoints.join(' '));
  const details: ErrorDetails = { reason: 'nodes_disagree', method, needed, configured: votes.length, answers, missing: namesOf(votes) };
  return new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: 'The configured endpoints contradict each other.',
    details,
    retryable: true,
  });
}

/**
 * The one answer that at least `needed` endpoints gave and none contradicted; null where so many know nothing of it.
 *
 * Fails closed: one endpoint that says something else ends it, however many agree, and whoever is silent counts for nobody. So a
 * lie passes only where `needed` endpoints tell the same one while every other one is silent.
 * @throws CHAIN_RESPONSE_INVALID with `details.reason` `nodes_disagree`; CHAIN_UNAVAILABLE with `details.reason` `quorum_missing`;
 * the refusal, where that is what they agree on
 */
export function tally(votes: readonly Vote[], counted: Counted, toBallot: (value: unknown) => Ballot): unknown {
  const groups = new Map<string, Group>();
  let unknowing = 0;
  for (const vote of votes) {
    if (vote.kind === 'missing') continue;
    const { spelling, value } = vote.kind === 'answer' ? toBallot(vote.value) : { spelling: refusalOf(vote.error), value: null };
    if (spelling === null) {
      unknowing += 1;
      continue;
    }
    const group = groups.get(spelling);
    if (group !== undefined) group.endpoints.push(vote.endpoint);
    else groups.set(spelling, { endpoints: [vote.endpoint], value, error: vote.kind === 'refusal' ? vote.error : null });
  }
  const [agreed, ...others] = groups.values();
  if (agreed === undefined) {
    if (unknowing >= counted.needed) return null;
    throw quorumMissing(votes, counted);
  }
  if (others.length > 0) {
    throw nodesDisagree(
      [...groups.values()].map(({ endpoints }) => endpoints),
      votes,
      counted,
    );
  }
  if (agreed.endpoints.length < counted.needed) throw quorumMissing(votes, counted);
  if (agreed.error !== null) throw agreed.error;
  return agreed.value;
}

/** Programs word a refusal as they like; what the contract itself said is the same everywhere. */
function refusalOf({ details }: CastellanError): string {
  return `refused ${String(details['data'] ?? '')}`;
}
