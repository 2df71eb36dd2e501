import { isCastellanError } from '../../../core/errors.ts';
import { type Call, stepsOf } from '../kernel/step-queue.ts';
import { isOfOneCall, SessionLost, toStoreError, unreachable } from './failure.ts';
import type { Grounded } from './flight.ts';
import type { GroupCommit } from './group-commit.ts';
import { commitLocked } from './locked-commit.ts';
import type { RanGroup } from './run-group.ts';

export type { GroupCommit } from './group-commit.ts';

type Deliver = (batch: readonly Call[], ran: RanGroup) => void;

/**
 * Brings what failed to its end, in order: first the fate of what is in doubt, then everything that was not committed anew,
 * under the lock. Each call is answered when this resolves.
 */
export async function recover(commit: GroupCommit, items: readonly Grounded[], deliver: Deliver): Promise<void> {
  let last = 0;
  let unknown: unknown;
  if (items.some(({ kind }) => kind === 'doubt')) {
    try {
      last = await lastCommitted(commit);
    } catch (error) {
      unknown = unreachable(error, 'unknown');
    }
  }
  for (const item of items) {
    if (item.kind === 'failed') await eachAlone(commit, item.batch, item.error, deliver);
    else if (item.kind === 'again' || (unknown === undefined && item.number > last)) await redo(commit, item.batch, deliver);
    else if (unknown === undefined) deliver(item.batch, item.ran);
    else for (const call of item.batch) call.reject(unknown);
  }
}

/** Asks until the server answers which commit was the last. Afterwards none that was sent before can be made any more. */
async function lastCommitted(commit: GroupCommit): Promise<number> {
  const untilMs = commit.clock.monotonicMs() + commit.outcomeDeadlineMs;
  commit.leaveInDoubt();
  for (let attempt = 0; ; attempt++) {
    try {
      return await commit.fence(untilMs);
    } catch (error) {
      if (commit.clock.monotonicMs() >= untilMs || (isCastellanError(error) && !error.retryable)) throw error;
    }
    await commit.link.pause(attempt);
  }
}

/** Commits a batch under the lock, or rejects its calls. */
async function redo(commit: GroupCommit, batch: readonly Call[], deliver: Deliver): Promise<void> {
  const untilMs = commit.clock.monotonicMs() + commit.lockDeadlineMs;
  for (let attempt = 0; ; attempt++) {
    try {
      const done = await commitLocked(commit, stepsOf(batch), untilMs);
      if (done.kind === 'committed') return deliver(batch, done.ran);
      // The connection broke while the commit was on its way.
      const last = await lastCommitted(commit).catch((error: unknown) => unreachable(error, 'unknown'));
      if (typeof last !== 'number') {
        for (const call of batch) call.reject(last);
        return;
      }
      if (done.number <= last) return deliver(batch, done.ran);
    } catch (error) {
      commit.known.forget();
      const late = commit.clock.monotonicMs() >= untilMs;
      if (late || !isPassing(error))
        return eachAlone(commit, batch, error instanceof SessionLost ? unreachable(error.cause) : error, deliver);
    }
    await commit.link.pause(attempt);
  }
}

/** One call may have broken the whole group: each alone, so that only that one fails. */
async function eachAlone(commit: GroupCommit, batch: readonly Call[], cause: unknown, deliver: Deliver): Promise<void> {
  const error = toStoreError(cause);
  if (batch.length === 1 || !isOfOneCall(cause)) for (const call of batch) call.reject(error);
  else for (const call of batch) await redo(commit, [call], deliver);
}

/** The same again may pass: the connection broke before anything was sent, or two transactions met. */
function isPassing(error: unknown): boolean {
  const state = (error as { readonly code?: unknown } | null)?.code;
  return error instanceof SessionLost || state === '40001' || state === '40P01';
}
