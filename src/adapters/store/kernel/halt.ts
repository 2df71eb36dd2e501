import { applyHalt } from '../../../core/halt.ts';
import type { Reason } from '../../../core/reason.ts';
import type { Command } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { readHalt } from './permit.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { isCount, isText } from './shape.ts';

const KINDS: ReadonlySet<unknown> = new Set(['kill', 'lift', 'pause', 'resume']);

/** Changes the emergency state; each change raises the epoch, which voids every permit issued before. */
export function setHalt(context: StepContext, command: Extract<Command, { kind: 'halt.set' }>): Reason | undefined {
  const { change } = command;
  if (!KINDS.has(change?.kind) || typeof change.reason !== 'string' || typeof change.by !== 'string') return malformed('change');
  if ((change.kind === 'pause' || change.kind === 'resume') && !isText(change.agent)) return malformed('agent');
  if (change.kind === 'pause' && change.untilMs !== null && !isCount(change.untilMs)) return malformed('untilMs');
  const state = readHalt(context.rows);
  if (command.ifEpoch !== undefined && command.ifEpoch !== state.epoch) {
    return refuse('epoch_changed', 'Another emergency change came first.', { retryable: true, facts: { epoch: state.epoch } });
  }
  context.rows.put(storeKey.halt(), applyHalt(state, change, context.closeAtMs));
  return undefined;
}
