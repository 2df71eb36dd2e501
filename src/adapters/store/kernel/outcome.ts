import { isOutcome, MAX_OUTCOMES, noteOutcome, parseOutcomes } from '../../../core/outcome.ts';
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
  const known = row === undefined ? undefined : parseOutcomes(row);
  if (row !== undefined && known === undefined) return undefined;
  let next = noteOutcome(known, outcome, context.closeAtMs);
  for (let again = 1; again < count; again += 1) next = noteOutcome(next, outcome, context.closeAtMs);
  context.rows.put(key, next);
  return undefined;
}
