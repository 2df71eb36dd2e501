import type { PatternId, PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** A match, the id of a pattern whose facts are missing where it would have mattered, or nothing. */
export type PatternAnswer = PatternMatch | { readonly unchecked: PatternId } | undefined;

/** One pattern. Pure. */
export type Pattern = (context: RiskContext) => PatternAnswer;
