import type { Clock } from '../../../core/clock.ts';
import { toHex } from '../../../core/digest.ts';
import type { Random } from '../../../core/random.ts';
import type { StepResult, Store } from '../../../core/store.ts';
import { createStoreTime } from '../kernel/store-time.ts';
import { createTurns } from '../kernel/turns.ts';
import type { Ask } from './ask.ts';
import { createCounter } from './counter.ts';
import { createFence } from './fence.ts';
import { tellFreed } from './freed-room.ts';
import { createLink } from './link.ts';
import { createLooks } from './looks.ts';
import { isOfLimits } from './refusal.ts';
import type { RedisConnection } from './settings.ts';
import { type TookRoom, takeRoom } from './take-room.ts';

/** What a keeper is made of. */
export interface RoomKeeperOptions extends RedisConnection {
  readonly record: Store;
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly freshMs: number;
  readonly deadlineMs: number;
}

/** The counter as a store uses it: room is taken before the record is asked, and settled by what the record says. */
export interface RoomKeeper {
  /** Row of the record that says which counter counts. */
  readonly recordKey: string;
  /** Sees that there is a counter. @throws STORE_UNAVAILABLE, CONFIG_INVALID */
  open(): Promise<void>;
  /** @throws STORE_UNAVAILABLE where nothing can be counted now */
  take(ask: Ask): Promise<TookRoom>;
  /** What became of room that was taken; no result where the record did not make the step. */
  settle(ask: Ask, took: TookRoom, result: StepResult | undefined): void;
  /** Some requests, by the keys of their rows, may have freed room. Never fails, and is soon over. */
  freed(requests: readonly string[]): Promise<void>;
  /** Sends what is not said yet, if the server is there, and lets it go. */
  close(): Promise<void>;
}

/** Makes a keeper; nothing is asked yet. */
export function createRoomKeeper(options: RoomKeeperOptions): RoomKeeper {
  const { record, prefix, clock, random, freshMs, deadlineMs } = options;
  const turns = createTurns();
  const time = createStoreTime(clock);
  const link = createLink(options, deadlineMs, clock, turns);
  const fence = createFence({ clock, random, record, link, prefix, deadlineMs, started: () => looks.forget() });
  const counter = createCounter(fence, prefix, turns, clock);
  const name = toHex(random.bytes(8));
  const looks = createLooks({
    clock,
    record,
    fence,
    prefix,
    name,
    freshMs,
    pause: link.pause,
    openAtMs: () => time.read(undefined).openAtMs,
  });
  const scene = { clock, counter, fence, looks, freshMs, deadlineMs, readTime: time.read };
  return {
    recordKey: fence.recordKey,
    open: async () => void (await fence.stand()),
    take: (ask) => takeRoom(scene, ask),
    settle(ask, took, result) {
      if (took !== 'taken' && took !== 'known') return;
      const accounts = ask.lines.map(({ account }) => account);
      // A step that was made before had its room counted then.
      if (result?.ok === true && !(took === 'taken' && result.replayed)) counter.confirm(ask.id, accounts);
      else if (took === 'taken') counter.giveBack(ask.id, accounts);
      // Where the record holds more than the counter knows, the next look finds it.
      if (result?.ok === false && isOfLimits(result.reason.code)) looks.refresh(accounts);
    },
    async freed(requests) {
      if (link.up() !== undefined) await tellFreed(record, requests, counter, clock, freshMs);
    },
    async close() {
      await counter.flush().catch(() => undefined);
      link.close();
      turns.close();
    },
  };
}
