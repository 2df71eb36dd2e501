import { canonicalize, type Decision, type Reason, type SecurityEvent, type Verdict } from '../../core/index.ts';
import type { CompiledPolicy } from '../policy/index.ts';
import { judgeAgain } from './judge-again.ts';
import { createPolicyVersions } from './policy-versions.ts';
import { isWellFormed } from './well-formed.ts';

/** The candidate for an agent, given the rules that a decision of it was judged under; undefined keeps those. */
export type CandidateOf = (agent: string, before: CompiledPolicy) => CompiledPolicy | undefined;

/** What to replay. */
export interface ReplayOptions {
  /** The log in its order, from as early as the policies in it: an export that {@link parseEntry} read back. */
  readonly entries: Iterable<SecurityEvent> | AsyncIterable<SecurityEvent>;
  /** Rules by their digest, where the entries do not carry them. */
  readonly policyOf?: (digest: string) => CompiledPolicy | undefined;
  /** Rules to judge by instead. Unset: those of each decision, which has to reproduce it. */
  readonly policy?: CompiledPolicy | CandidateOf;
}

/** One decision that comes out otherwise. */
export interface ReplayDifference {
  readonly decisionId: string;
  readonly requestId: string;
  readonly agent: string;
  readonly at: number;
  readonly before: Verdict;
  readonly after: Verdict;
  /** Of the replay. */
  readonly reasons: readonly Reason[];
}

/** A decision about which the record does not suffice. */
export interface Indeterminate extends Pick<ReplayDifference, 'decisionId' | 'requestId' | 'agent' | 'at' | 'before'> {
  readonly facts: readonly string[];
}

/** A decision that was not judged again, and why. `refused`: no rule was asked, then or now. `malformed`: it has not the shape of a decision. */
export interface NotReplayable extends Pick<ReplayDifference, 'decisionId' | 'requestId' | 'agent' | 'at' | 'before'> {
  readonly why: 'refused' | 'no_input' | 'policy_unknown' | 'malformed';
}

/** What a replay came to. Every decision is in exactly one of the lists, or counted in `same`. */
export interface ReplayReport {
  readonly decisions: number;
  /** Judged again, indeterminate ones included. */
  readonly judged: number;
  /** The same verdict for the same reasons, in their order, bit for bit. */
  readonly same: number;
  /** The same verdict for other reasons. */
  readonly otherReasons: readonly ReplayDifference[];
  readonly newlyDenied: readonly ReplayDifference[];
  readonly newlyAllowed: readonly ReplayDifference[];
  readonly newlyEscalated: readonly ReplayDifference[];
  readonly indeterminate: readonly Indeterminate[];
  readonly notReplayable: readonly NotReplayable[];
}

/**
 * Judges the decisions of a log again, from the log alone: without store, chain, price source or clock. Under the rules that
 * they were judged by, every verdict and every reason comes out as recorded.
 *
 * Fails closed: where the record lacks a fact that the rules need, the decision is listed as indeterminate and never guessed.
 *
 * @example
 * ```ts
 * import { replay } from 'castellan';
 *
 * const report = await replay({ entries: [] }); // in practice the lines of an export, each through `parseEntry`
 * console.log(report.decisions, report.newlyDenied.length); // 0 0
 * ```
 */
export async function replay({ entries, policyOf, policy }: ReplayOptions): Promise<ReplayReport> {
  const versions = createPolicyVersions();
  const counts = { decisions: 0, judged: 0, same: 0 };
  const lists = {
    otherReasons: [] as ReplayDifference[],
    newlyDenied: [] as ReplayDifference[],
    newlyAllowed: [] as ReplayDifference[],
    newlyEscalated: [] as ReplayDifference[],
    indeterminate: [] as Indeterminate[],
    notReplayable: [] as NotReplayable[],
  };
  for await (const event of entries) {
    versions.take(event);
    if (event.type !== 'decision_made') continue;
    const { decision } = event;
    counts.decisions += 1;
    if (!isWellFormed(decision)) {
      lists.notReplayable.push({ ...named(decision), why: 'malformed' });
      continue;
    }
    const before = policyOf?.(decision.policy) ?? versions.policyOf(decision.policy);
    const why = unjudged(decision, before);
    if (why !== undefined || before === undefined) {
      lists.notReplayable.push({ ...named(decision), why: why ?? 'policy_unknown' });
      continue;
    }
    const after = (typeof policy === 'function' ? policy(decision.agent, before) : policy) ?? before;
    // What is no input of a judgement can break anywhere in it.
    const again = await judgeAgain(decision, before, after).catch(() => null);
    if (again == null) {
      lists.notReplayable.push({ ...named(decision), why: again === null ? 'malformed' : 'no_input' });
      continue;
    }
    counts.judged += 1;
    if (again.indeterminate.length > 0) {
      lists.indeterminate.push({ ...named(decision), facts: again.indeterminate });
      continue;
    }
    const difference = { ...named(decision), after: again.verdict, reasons: again.reasons };
    if (again.verdict !== decision.verdict) lists[LISTS[again.verdict]].push(difference);
    else if (canonicalize(again.reasons) !== canonicalize(decision.reasons)) lists.otherReasons.push(difference);
    else counts.same += 1;
  }
  return { ...counts, ...lists };
}

const LISTS = { approved: 'newlyAllowed', escalated: 'newlyEscalated', denied: 'newlyDenied' } as const satisfies Record<Verdict, string>;

function unjudged({ input, reports }: Decision, before: CompiledPolicy | undefined): NotReplayable['why'] | undefined {
  if (reports.every(({ verdict }) => verdict === 'skipped')) return 'refused';
  if (input === undefined) return 'no_input';
  return before === undefined ? 'policy_unknown' : undefined;
}

function named({
  id,
  requestId,
  agent,
  at,
  verdict,
}: Decision): Pick<ReplayDifference, 'decisionId' | 'requestId' | 'agent' | 'at' | 'before'> {
  return { decisionId: id, requestId, agent, at, before: verdict };
}
