import type { ReasonCode } from '../../core/index.ts';
import type { FieldName } from './fields.ts';
import type { Operator } from './operators.ts';

/** One comparison of a field with a constant, in its canonical form. */
export interface Condition {
  readonly field: FieldName;
  readonly operator: Operator;
  readonly value: ConditionValue;
}

/** Amounts and counts are exact decimal strings once compiled. */
export type ConditionValue = string | boolean | readonly string[];

/** What a rule that matches asks for. */
export type Consequence = 'allow' | 'escalate' | 'deny';

/** What permissions, lists, limits and custom rules all compile to. All conditions together make it match. */
export interface Rule {
  readonly id: string;
  readonly when: readonly Condition[];
  readonly then: Consequence;
  readonly label: string;
  /** Orders only the reasons, highest first. */
  readonly priority: number;
  /** The reason that a denial or escalation by it carries. */
  readonly code: ReasonCode;
}
