import type { Rule } from './rule.ts';
import type { Predicate } from './truth.ts';

/** A rule with its conditions as code. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly when: readonly Predicate[];
}
