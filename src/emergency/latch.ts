import type { Clock } from '../core/clock.ts';
import { CastellanError, isCastellanError } from '../core/errors.ts';

/** The name under which everything is stopped; no agent is called so. */
export const EVERYTHING = '*';

/** A stop that this process obeys at once, and repeats until the store has it. */
export interface Latch {
  /**
   * Stops the target in this process now, and durably as soon as the store takes it. Resolves with the first attempt.
   * `isWanted` turns false where the stop is released before it is durable.
   * Fails closed: after a failed attempt the target stays stopped here and the write is repeated.
   * @throws STORE_UNAVAILABLE where the first attempt failed
   */
  stop(target: string, write: (isWanted: () => boolean) => Promise<void>): Promise<void>;
  /** Gives up a stop that is not durable yet. */
  release(target: string): void;
  isStopped(target: string): boolean;
  /** Targets that are stopped here and not yet durably. */
  targets(): readonly string[];
  /** Repeats what is not durable yet, now. */
  open(): void;
  /** Ends the repeating until it is opened again; what is stopped stays stopped. */
  close(): void;
}

const FIRST_DELAY_MS = 100;
const LAST_DELAY_MS = 5_000;

interface Pending {
  readonly write: (isWanted: () => boolean) => Promise<void>;
  delayMs: number;
  timer: { cancel(): void } | undefined;
}

/** Makes an open latch. */
export function createLatch(clock: Clock): Latch {
  /** A target may be stopped several times over; each stop stands until it is durable. */
  const pending = new Map<string, Set<Pending>>();
  let closed = false;

  const isPending = (target: string, entry: Pending): boolean => pending.get(target)?.has(entry) === true;
  const settle = (target: string, entry: Pending): void => {
    const entries = pending.get(target);
    entries?.delete(entry);
    if (entries?.size === 0) pending.delete(target);
  };
  const attempt = async (target: string, entry: Pending): Promise<void> => {
    try {
      await entry.write(() => isPending(target, entry));
      settle(target, entry);
    } catch (error) {
      if (isPending(target, entry) && !closed) {
        entry.timer = clock.schedule(entry.delayMs, () => void attempt(target, entry).catch(() => undefined));
        entry.delayMs = Math.min(LAST_DELAY_MS, entry.delayMs * 2);
      }
      throw error;
    }
  };

  return {
    async stop(target, write) {
      const entry: Pending = { write, delayMs: FIRST_DELAY_MS, timer: undefined };
      const entries = pending.get(target);
      if (entries === undefined) pending.set(target, new Set([entry]));
      else entries.add(entry);
      try {
        await attempt(target, entry);
      } catch (cause) {
        throw new CastellanError('STORE_UNAVAILABLE', {
          message: 'The stop holds in this process only; it is repeated until the store has it.',
          details: { target, cause: isCastellanError(cause) ? cause.code : 'INTERNAL' },
          retryable: true,
          cause,
        });
      }
    },
    release(target) {
      for (const entry of pending.get(target) ?? []) entry.timer?.cancel();
      pending.delete(target);
    },
    isStopped: (target) => pending.has(target),
    targets: () => [...pending.keys()],
    open() {
      if (!closed) return;
      closed = false;
      for (const [target, entries] of pending) for (const entry of entries) attempt(target, entry).catch(() => undefined);
    },
    close() {
      closed = true;
      for (const entries of pending.values()) for (const entry of entries) entry.timer?.cancel();
    },
  };
}
