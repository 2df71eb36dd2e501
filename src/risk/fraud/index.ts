import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { gradualIncrease } from './gradual-increase.ts';
import { lookalikeDestination } from './lookalike-destination.ts';
import { newDestLarge } from './new-dest-large.ts';
import { rapidDrain } from './rapid-drain.ts';
import { roundNumbers } from './round-numbers.ts';
import { timingAttack } from './timing-attack.ts';

/** One pattern: a match, or nothing. Pure. */
export type Pattern = (context: RiskContext) => PatternMatch | undefined;

/** All patterns. */
export const PATTERNS: readonly Pattern[] = [lookalikeDestination, rapidDrain, newDestLarge, roundNumbers, timingAttack, gradualIncrease];
