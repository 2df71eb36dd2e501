import type { ApprovalUse } from '../../approvals/index.ts';
import type { Judgement } from '../../authz/index.ts';
import type { Decision } from '../../core/decision.ts';
import type { ReasonCode } from '../../core/reason.ts';

/** What a person's yes may answer, if it still stands once the effects are known. */
export interface Satisfaction {
  readonly approvalId: string;
  /** The escalations that it answers. */
  readonly codes: ReadonlySet<ReasonCode>;
  /** The rules that the person was told of. */
  readonly rules: ReadonlySet<string>;
  /** Checks everything the approval is bound to, every signature anew, against the decision that would stand on it. */
  readonly confirm: (decision: Decision) => Promise<ApprovalUse>;
}

/** Whether a yes names every escalation: its reason, and its rule where it has one. A denial is not its to answer. */
export function answersAll({ codes, rules }: Satisfaction, { verdict, escalated }: Judgement): boolean {
  return verdict === 'denied' || escalated.every(({ code, rule }) => codes.has(code) && (rule === undefined || rules.has(rule)));
}
