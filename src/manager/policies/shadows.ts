import { type CompiledPolicy, type JudgedAgain, judgeAgain } from '../../authz/index.ts';
import { canonicalize } from '../../core/canonical.ts';
import type { Decision } from '../../core/decision.ts';
import { newId } from '../../core/id.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Host } from '../config.ts';
import type { Journal } from '../journal.ts';
import type { PolicyBook } from '../policy-book.ts';

/** What a candidate came to beside the policy in force, in this process, since it was set. */
export interface ShadowReport {
  readonly agentId: string;
  /** Digest of the candidate. */
  readonly candidate: string;
  readonly sinceMs: number;
  /** Decisions that both judged. */
  readonly compared: number;
  /** The same verdict for the same reasons. */
  readonly same: number;
  readonly otherReasons: number;
  readonly newlyDenied: number;
  readonly newlyAllowed: number;
  readonly newlyEscalated: number;
  /** The decision did not hold every fact that the candidate needs: most that the policy in force denies early. */
  readonly indeterminate: number;
  /** Decisions that were let go because they came faster than they could be compared. */
  readonly dropped: number;
  /** Differences whose event could not be recorded. */
  readonly unrecorded: number;
}

/** Candidates beside the policies in force. They decide nothing, and nothing waits for them. */
export interface Shadows {
  /** Sets an agent's candidate, its counters at nothing; null ends it. @throws POLICY_INVALID naming every wrong field */
  set(agentId: string, permissions: unknown): void;
  size(): number;
  /** Undefined where the agent has no candidate. */
  report(agentId: string): ShadowReport | undefined;
  /** Takes note of a decision that stands. Returns at once and never throws. */
  observe(decision: Decision, policy: CompiledPolicy): void;
  /** Resolves once everything noted so far is compared. */
  settled(): Promise<void>;
  close(): void;
}

/** What comparing needs. */
export interface ShadowParts {
  readonly host: Host;
  readonly tenant: string;
  readonly journal: Journal;
  readonly policies: Pick<PolicyBook, 'compile'>;
}

/** Decisions that may wait to be compared; beyond it the oldest is dropped, and counted. */
const MAX_WAITING = 256;
/** Candidates of one process. */
export const MAX_SHADOWS = 1_024;
const COUNTED = { approved: 'newlyAllowed', escalated: 'newlyEscalated', denied: 'newlyDenied' } as const satisfies Record<Verdict, string>;

type Counts = { -readonly [K in keyof ShadowReport]: ShadowReport[K] };
interface Shadow {
  readonly policy: CompiledPolicy;
  readonly counts: Counts;
}
interface Noted {
  readonly decision: Decision;
  readonly policy: CompiledPolicy;
  readonly shadow: Shadow;
}

/** Creates the candidates' room. One decision is compared at a time, each in a turn of its own. */
export function createShadows({ host, tenant, journal, policies }: ShadowParts): Shadows {
  const shadows = new Map<string, Shadow>();
  const waiting: Noted[] = [];
  let turn: Promise<void> | undefined;
  let isClosed = false;

  async function tell({ decision, shadow }: Noted, again: JudgedAgain): Promise<void> {
    const at = host.clock.nowMs();
    const details = {
      decisionId: decision.id,
      requestId: decision.requestId,
      candidate: shadow.policy.digest,
      before: decision.verdict,
      after: again.verdict,
      reasons: again.reasons.map(({ code }) => code),
    };
    const event = {
      v: 1,
      id: newId(host.random, at),
      tenant,
      at,
      agent: decision.agent,
      severity: 'info',
      type: 'shadow_difference',
      details,
    } as const;
    const told = await journal.apply([journal.command(event)]).catch(() => undefined);
    if (told?.ok !== true) shadow.counts.unrecorded += 1;
  }

  async function compare(noted: Noted): Promise<void> {
    const { decision, policy, shadow } = noted;
    const { counts } = shadow;
    const again = await judgeAgain(decision, policy, shadow.policy).catch(() => undefined);
    if (again === undefined || again.indeterminate.length > 0) {
      counts.indeterminate += 1;
      return;
    }
    counts.compared += 1;
    if (again.verdict !== decision.verdict) {
      counts[COUNTED[again.verdict]] += 1;
      await tell(noted, again);
    } else if (canonicalize(again.reasons) === canonicalize(decision.reasons)) counts.same += 1;
    else counts.otherReasons += 1;
  }

  async function drain(): Promise<void> {
    for (let noted = waiting.shift(); noted !== undefined && !isClosed; noted = waiting.shift()) {
      await compare(noted);
      // Whatever else the process has to do comes first.
      await new Promise<void>((resolve) => void host.clock.schedule(0, resolve));
    }
    turn = undefined;
  }

  return {
    set(agentId, permissions) {
      if (permissions === null) {
        shadows.delete(agentId);
        return;
      }
      const policy = policies.compile(permissions);
      const none = { compared: 0, same: 0, otherReasons: 0, newlyDenied: 0, newlyAllowed: 0, newlyEscalated: 0 };
      const counts = {
        agentId,
        candidate: policy.digest,
        sinceMs: host.clock.nowMs(),
        ...none,
        indeterminate: 0,
        dropped: 0,
        unrecorded: 0,
      };
      shadows.set(agentId, { policy, counts });
    },
    size: () => shadows.size,
    report(agentId) {
      const shadow = shadows.get(agentId);
      return shadow === undefined ? undefined : { ...shadow.counts };
    },
    observe(decision, policy) {
      const shadow = shadows.get(decision.agent);
      if (shadow === undefined || isClosed) return;
      if (waiting.length >= MAX_WAITING) {
        const dropped = waiting.shift();
        if (dropped !== undefined) dropped.shadow.counts.dropped += 1;
      }
      waiting.push({ decision, policy, shadow });
      turn ??= Promise.resolve().then(drain);
    },
    settled: async () => turn,
    close() {
      isClosed = true;
      waiting.length = 0;
    },
  };
}
