import type { Clock } from './clock.ts';
import { CastellanError } from './errors.ts';

/** Width of a slot: the most that an expiry is late by, beside the clock's own lateness. */
export const WHEEL_TICK_MS = 5;
/** Slots of the wheel, 2.56 s a turn; a longer deadline is passed over until its turn comes. Power of two. */
const SLOTS = 512;

/** One armed deadline. */
export interface DeadlineHandle {
  /** Disarms; O(1), and nothing where it has expired or was cancelled. */
  cancel(): void;
}

/** A hashed timer wheel (Varghese and Lauck, scheme 6) on one timer of the clock. */
export interface TimerWheel {
  arm(ms: number, onExpire: () => void): DeadlineHandle;
  pending(): number;
  closed(): boolean;
  close(): void;
}

/** A link of a slot's ring. The slot itself is a link without task. */
class Link {
  next: Link = this;
  previous: Link = this;
  dueTick = 0;
  task: (() => void) | undefined;
  readonly #wheel: { armed: number };

  constructor(wheel: { armed: number }, task?: () => void) {
    this.#wheel = wheel;
    this.task = task;
  }

  cancel(): void {
    this.release();
  }

  /** Takes the link out and gives its task, once. */
  release(): (() => void) | undefined {
    const { task } = this;
    if (task === undefined) return undefined;
    this.task = undefined;
    this.#wheel.armed -= 1;
    this.previous.next = this.next;
    this.next.previous = this.previous;
    return task;
  }
}

/**
 * Makes a wheel. Arming and cancelling touch no timer: while anything is armed one timer ticks, and the tick that finds
 * nothing armed is the last one. A task that throws does not keep the others from expiring.
 */
export function createTimerWheel(clock: Clock): TimerWheel {
  const state = { armed: 0 };
  const slots = Array.from({ length: SLOTS }, () => new Link(state));
  let timer: { cancel(): void } | undefined;
  let turned = 0;
  let isClosed = false;

  const tickNow = (): number => Math.floor(clock.monotonicMs() / WHEEL_TICK_MS);

  const expire = (slot: Link, tick: number): void => {
    const due: Link[] = [];
    for (let link = slot.next; link !== slot; link = link.next) if (link.dueTick <= tick) due.push(link);
    for (const link of due) {
      try {
        link.release()?.();
      } catch {
        // The task's own failure is its own: the deadlines behind it still expire.
      }
    }
  };

  const turn = (): void => {
    timer = undefined;
    const tick = tickNow();
    const from = Math.max(turned + 1, tick - SLOTS + 1);
    turned = tick;
    for (let current = from; current <= tick; current += 1) expire(slots[current & (SLOTS - 1)] as Link, tick);
    if (state.armed > 0 && !isClosed) timer ??= clock.schedule(WHEEL_TICK_MS, turn);
  };

  return {
    arm(ms, onExpire) {
      if (isClosed) throw new CastellanError('SHUTTING_DOWN', { message: 'Deadlines are closed: nothing new is begun.' });
      const nowMs = clock.monotonicMs();
      timer ??= clock.schedule(WHEEL_TICK_MS, turn);
      const link = new Link(state, onExpire);
      // A wait that is no number is none at all.
      const dueMs = nowMs + (ms > 0 ? ms : 0);
      link.dueTick = Math.max(turned + 1, Math.ceil(dueMs / WHEEL_TICK_MS));
      const slot = slots[link.dueTick & (SLOTS - 1)] as Link;
      link.previous = slot.previous;
      link.next = slot;
      slot.previous.next = link;
      slot.previous = link;
      state.armed += 1;
      return link;
    },
    pending: () => state.armed,
    closed: () => isClosed,
    close() {
      isClosed = true;
      timer?.cancel();
      timer = undefined;
      for (const slot of slots) expire(slot, Number.POSITIVE_INFINITY);
    },
  };
}
