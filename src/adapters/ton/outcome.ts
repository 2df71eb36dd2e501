import type { AccountId } from '../../core/ids.ts';
import type { Hop, Trace } from './trace.ts';
import type { WalletMessage } from './wallet-message.ts';

/** How a whole trace ended. */
export interface Outcome {
  readonly success: boolean;
  /** Something may have been spent besides fees although it failed. */
  readonly partial: boolean;
}

/** Whether the message came back from the very first account that it went to, and all of it with it. */
export function cameBackAtOnce(trace: Trace, position: number, wallet: AccountId): boolean {
  const hop = trace.hops[position] as Hop;
  if (hop.transaction.committed) return false;
  return trace.hops.some(
    ({ parent, message, transaction }) => parent === position && message?.bounced === true && transaction.account === wallet,
  );
}

/** The wallet's own transaction did all that it was told: it ran, and sent exactly the messages of the order. */
function sentEverything({ hops }: Trace, order: WalletMessage): boolean {
  const [first] = hops;
  if (first === undefined) return false;
  const { committed, exitCode, skippedActions, outMessages } = first.transaction;
  return committed && (exitCode === 0 || exitCode === 1) && skippedActions === 0 && outMessages.length === order.sends.length;
}

/** Whether a delivery went wrong: it bounced, or should have and could not. */
function isFailure({ message, transaction }: Hop): boolean {
  if (message === null) return false;
  // What was sent so that it never bounces was meant to be taken as it is: a mere notice, or coins for an empty account.
  return message.bounced || (message.bounce && !transaction.committed);
}

/**
 * Judges a trace that is complete or cut. Success needs every expected message sent, none skipped, and nothing bounced
 * anywhere; a trace that goes on beyond the bounds is never a success.
 */
export function outcomeOf(trace: Trace, order: WalletMessage, wallet: AccountId): Outcome {
  const failed = trace.hops.some(isFailure);
  const success = sentEverything(trace, order) && !failed && !trace.cut && trace.complete;
  if (success) return { success, partial: false };
  const partial = trace.cut || trace.hops.some(({ parent }, position) => parent === 0 && !cameBackAtOnce(trace, position, wallet));
  return { success, partial };
}
