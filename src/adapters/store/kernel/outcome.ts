import type { TimeMs } from '../../../core/ids.ts';
import { isOutcome, MAX_OUTCOMES, noteOutcome, type Outcome, type OutcomeRow, parseOutcomes } from '../../../core/outcome.ts';
import type { Reason } from '../../../core/reason.ts';
import type { Command } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { isCount, isKeyPart } from './shape.ts';

/** Adds one outcome to an agent's row. A row that cannot be read stays as it is: whoever judges by it denies. */
export function addOutcome(context: StepContext, command: Extract<Command, { kind: 'outcome.note' }>): Reason | undefined {
  const { agent, outcome, count = 1 } = command;
  if (!isKeyPart(agent) || !isOutcome(outcome) || !isCount(count, 1) || count > MAX_OUTCOMES) return malformed('outcome');
  const key = storeKey.outcomes(agent);
  const row = context.rows.get(key);
  const next =
    row === undefined ? repeated(undefined, outcome, count, context.closeAtMs) : afterKnown(row, outcome, count, context.closeAtMs);
  if (next !== undefined) context.rows.put(key, next);
  return undefined;
}

function afterKnown(row: object, outcome: Outcome, count: number, atMs: TimeMs): OutcomeRow | undefined {
  const known = parseOutcomes(row);
  try {
    return known === undefined ? undefined : repeated(known, outcome, count, atMs);
  } catch {
    return undefined;
  }
}

function repeated(row: OutcomeRow | undefined, outcome: Outcome, count: number, atMs: TimeMs): OutcomeRow {
  let next = noteOutcome(row, outcome, atMs);
  for (let again = 1; again < count; again += 1) next = noteOutcome(next, outcome, atMs);
  return next;
}
