import type { ReasonCode } from '../../../core/index.ts';
import type { FieldName } from './fields.ts';
import type { Operator } from './operators.ts';

/** An argument of a decoded call, by the name that its ABI or scheme gives it: `args.amountOutMin`, `args.orders.0.token`. */
export type ArgumentField = `args.${string}`;

/** One comparison of a field with a constant, in its canonical form. */
export interface Condition {
  readonly field: FieldName | ArgumentField;
  readonly operator: Operator;
  readonly value: ConditionValue;
  /** IANA name of the zone that a field of time is read in; absent for UTC, and for every other field. */
  readonly timeZone?: string;
}

/** Amounts and counts are exact decimal strings once compiled. */
export type ConditionValue = string | boolean | readonly string[];

/** Conditions joined: all of them, any of them, or none. Lists are never empty. */
export type When = Condition | { readonly all: readonly When[] } | { readonly any: readonly When[] } | { readonly not: When };

/** What a rule that matches asks for. */
export type Consequence = 'allow' | 'escalate' | 'deny';

/** What permissions, lists, limits and custom rules all compile to. All of `when` together make it match; an empty list always does. */
export interface Rule {
  readonly id: string;
  readonly when: readonly When[];
  readonly then: Consequence;
  readonly label: string;
  /** Orders only the reasons, highest first. */
  readonly priority: number;
  /** The reason that a denial or escalation by it carries. */
  readonly code: ReasonCode;
}
