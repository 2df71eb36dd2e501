import { type Json, type OutcomeRow, outcomesIn, parseOutcomes, storeKey } from '../../core/index.ts';
import type { LayerContext } from '../layer.ts';
import type { TemporalCondition } from './temporal-rule.ts';

/** What a condition over outcomes found. Null where the row cannot be read. */
export interface OutcomeFigure {
  readonly figure: number;
  readonly holds: boolean;
}

const TRAIL = { simulation_failure_rate: 'simulation_failure', approval_flood: 'approval_timeout' } as const;

/** A condition against how the agent's requests ended. The fact holds the figures; null is a row that is none. */
export function outcomeFigure(context: LayerContext, condition: TemporalCondition): OutcomeFigure | null {
  const figures = context.fact(`temporal.${condition.field}.${condition.windowMs ?? 'all'}`, (state): Json => {
    const stored = state.row(storeKey.outcomes(context.request.agentId));
    const row = stored === undefined ? undefined : parseOutcomes(stored);
    if (stored !== undefined && row === undefined) return null;
    try {
      return figuresOf(row, condition, context.nowMs);
    } catch {
      return null;
    }
  });
  if (!Array.isArray(figures)) return null;
  const [figure = 0, ended = 0, ageMs = 0] = figures as readonly number[];
  return { figure, holds: holds(condition, figure, ended, ageMs) };
}

/** `[figure, outcomes in the window, age of the history]`; the last two are of `success_drought` alone. */
function figuresOf(row: OutcomeRow | undefined, { field, windowMs }: TemporalCondition, nowMs: number): readonly number[] {
  if (field === 'consecutive_failures') {
    const streak = row?.streak ?? 0;
    // Of those in a row the newest so many have to lie in the window.
    return [windowMs === null ? streak : Math.min(streak, outcomesIn(row, 'failure', windowMs, nowMs))];
  }
  const span = windowMs ?? 0;
  if (field !== 'success_drought') return [outcomesIn(row, TRAIL[field as keyof typeof TRAIL], span, nowMs)];
  const successes = outcomesIn(row, 'success', span, nowMs);
  return [successes, successes + outcomesIn(row, 'failure', span, nowMs), row === undefined ? 0 : Math.max(0, nowMs - row.sinceMs)];
}

function holds(
  { operator, value, warmUpMs = 0, minOutcomes = 0 }: TemporalCondition,
  figure: number,
  ended: number,
  ageMs: number,
): boolean {
  if (operator === 'lt') return figure < Number(value) && ended >= minOutcomes && ageMs >= warmUpMs;
  return figure >= Number(value);
}
