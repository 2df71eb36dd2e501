import type { Reason } from '../../../core/reason.ts';
import type { Command, Step } from '../../../core/store.ts';
import { putDoc } from './doc.ts';
import { setHalt } from './halt.ts';
import { appendEntry, pruneEntries } from './log.ts';
import { addOutcome } from './outcome.ts';
import { issue } from './permit.ts';
import { takeRate } from './rate.ts';
import { redeem } from './redeem.ts';
import { malformed, refuse } from './refuse.ts';
import { note, reserve } from './reserve.ts';
import type { StepContext } from './rows.ts';
import { expire, settle } from './settle.ts';
import { takeSlot } from './slot.ts';

/** Most commands in one step. */
export const MAX_COMMANDS = 256;

/** Runs one command. A reason means refused; the caller undoes the whole step then. */
export function runCommand(context: StepContext, command: Command): Reason | undefined {
  if (context.skewed && needsTime(command))
    return refuse('clock_skew', 'Host clock and store time are over 2 s apart.', { facts: { storeMs: context.closeAtMs } });
  switch (command?.kind) {
    case 'ledger.reserve':
      return reserve(context, command.request, command.caps);
    case 'ledger.note':
      return note(context, command.request);
    case 'ledger.settle':
      return settle(context, command);
    case 'ledger.expire':
      return expire(context, command.agent, command.requestId);
    case 'rate.take':
      return takeRate(context, command);
    case 'outcome.note':
      return addOutcome(context, command);
    case 'permit.issue':
      return issue(context, command);
    case 'permit.redeem':
      return redeem(context, command);
    case 'slot.take':
      return takeSlot(context, command);
    case 'doc.put':
      return putDoc(context, command);
    case 'halt.set':
      return setHalt(context, command);
    case 'log.append':
      return appendEntry(context, command.id, command.entry, command.leaf);
    case 'log.prune':
      return pruneEntries(context, command);
    default:
      return malformed('kind');
  }
}

/** Under a wrong clock nothing is opened, booked or signed; stopping and recording still work. */
function needsTime(command: Command): boolean {
  switch (command?.kind) {
    case 'ledger.note':
    case 'ledger.expire':
    case 'outcome.note':
    case 'doc.put':
    case 'log.append':
      return false;
    case 'rate.take':
      return command.max !== null;
    case 'halt.set':
      return command.change?.kind !== 'kill' && command.change?.kind !== 'pause';
    default:
      return true;
  }
}

/** Id of the entry that makes the step idempotent. */
export function stepId(step: Step): string | undefined {
  for (const command of step.commands) if (command?.kind === 'log.append') return command.id;
  return undefined;
}
