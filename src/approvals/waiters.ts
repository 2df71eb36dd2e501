import type { ApprovalRecord, Clock } from '../core/index.ts';

/** How often other processes' answers are looked for, ms. One timer for all who wait. */
const POLL_MS = 250;
/** Those who may wait at once in one process: each holds a caller and a timer. */
const MAX_WAITING = 4_096;
/** The longest delay that a timer takes. */
const MAX_DELAY_MS = 2_147_483_647;

/** Callers that wait for an approval to be answered. */
export interface Waiters {
  /** Resolves true once the approval is told of, false at the deadline. Undefined where too many wait already. */
  wait(id: string, timeoutMs: number): Promise<boolean> | undefined;
  /** Wakes those who wait for this approval. */
  tell(id: string): void;
  waiting(): number;
}

/**
 * Wakes by `tell` in this process, and by polling for what other processes did: one read for all waiting ids, and only
 * while somebody waits. A poll that fails is repeated; the deadline stands.
 */
export function createWaiters(clock: Clock, poll: (ids: readonly string[]) => Promise<readonly ApprovalRecord[]>): Waiters {
  const waiting = new Map<string, Set<(told: boolean) => void>>();
  let count = 0;
  let timer: { cancel(): void } | undefined;
  let looking = false;

  const tell = (id: string): void => {
    for (const wake of [...(waiting.get(id) ?? [])]) wake(true);
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    looking = true;
    try {
      for (const record of await poll([...waiting.keys()])) if (record.state !== 'pending') tell(record.request.id);
    } catch {
      // The store cannot be read now: those who wait go on until their deadline.
    }
    looking = false;
    arm();
  };
  const arm = (): void => {
    if (!looking && timer === undefined && count > 0) timer = clock.schedule(POLL_MS, () => void look());
  };

  return {
    tell,
    waiting: () => count,
    wait(id, timeoutMs) {
      if (count >= MAX_WAITING) return undefined;
      count += 1;
      return new Promise((resolve) => {
        const wakers = waiting.get(id) ?? new Set();
        waiting.set(id, wakers);
        const wake = (told: boolean): void => {
          if (!wakers.delete(wake)) return;
          deadline.cancel();
          count -= 1;
          if (wakers.size === 0) waiting.delete(id);
          if (count === 0) {
            timer?.cancel();
            timer = undefined;
          }
          resolve(told);
        };
        wakers.add(wake);
        const deadline = clock.schedule(Math.min(Math.max(0, timeoutMs), MAX_DELAY_MS), () => wake(false));
        arm();
      });
    },
  };
}
