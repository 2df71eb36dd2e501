import type { Clock } from '../../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../../core/errors.ts';
import type { Random } from '../../../core/random.ts';
import type { Step, StepResult, Store } from '../../../core/store.ts';
import { type Ask, asksOf } from './ask.ts';
import { freedRequests } from './freed-room.ts';
import { createRoomKeeper } from './room-keeper.ts';
import { scanWithout } from './scan-without.ts';
import { checkConnection } from './session.ts';
import type { RedisConnection } from './settings.ts';
import type { TookRoom } from './take-room.ts';

/** Options of {@link createRedisStore}. */
export interface RedisStoreOptions extends RedisConnection {
  /**
   * The store of record, which goes on deciding: one on PostgreSQL, shared by the same processes as the counter. It belongs to this store from
   * now on and is closed with it.
   */
  readonly store: Store;
  /** Begins the keys in Redis; one for each store of record. Up to 64 of `a-z A-Z 0-9 . _ : -`. Default `castellan`. */
  readonly prefix?: string;
  readonly clock: Clock;
  /** For this process's name, and the names of counters. */
  readonly random: Random;
  /** How old a state of the record may be by which a reservation is refused, ms: so long freed room may stay refused. Default 100. */
  readonly freshMs?: number;
  /** How long a reservation waits for Redis, or for a counter that is made anew, ms. Default 1,000. */
  readonly deadlineMs?: number;
}

const PREFIX = /^[A-Za-z0-9._:-]{1,64}$/;

/**
 * Puts a counter on Redis (6 or later) in front of a store: what does not fit under a limit is refused there, without the store of record, which
 * decides all the rest as before. Fails closed when Redis is away or lost what it knew: nothing is reserved until it was counted anew from the
 * record. Everything but reserving works without it.
 *
 * @param options - the server, the store of record, clock and randomness; `freshMs` and `deadlineMs` in milliseconds
 * @throws PEER_MISSING where the optional package redis is not installed; CONFIG_INVALID, also for a server that evicts keys.
 * @example
 * ```ts
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { createRedisStore } from 'castellan/store/redis';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const clock = createManualClock(1_700_000_000_000);
 * const store = await createRedisStore({ url: 'redis://127.0.0.1:1', store: createMemoryStore({ clock }), clock, random: createSeededRandom(1) });
 * await store.apply([{ commands: [{ kind: 'doc.put', key: 'note', value: 'no room is taken, so no counter is needed' }] }]);
 * console.log(store.info.kind); // memory behind redis
 * await store.close();
 * ```
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { store: record, prefix = 'castellan', freshMs = 100, deadlineMs = 1_000 } = options;
  if (!PREFIX.test(prefix)) throw invalid('prefix', 'A prefix is up to 64 of a-z, A-Z, 0-9, dot, _, : and -.');
  if (!(freshMs >= 0 && freshMs <= 60_000)) throw invalid('freshMs', 'A state is fresh for 0 to 60,000 ms.');
  if (!(deadlineMs >= 1 && deadlineMs <= 60_000)) throw invalid('deadlineMs', 'A reservation waits 1 to 60,000 ms.');
  await checkConnection(options);
  const keeper = createRoomKeeper({ ...options, record, prefix, freshMs, deadlineMs });
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  const reserve = async (steps: readonly Step[], asks: readonly Ask[]): Promise<readonly StepResult[]> => {
    const answers = await Promise.allSettled(asks.map(keeper.take));
    const took = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'none'));
    const giveUp = (): void => asks.forEach((ask, at) => void (took[at] === 'taken' && keeper.settle(ask, 'taken', undefined)));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) {
      giveUp();
      throw failed.reason;
    }
    const refused = new Map<number, StepResult>();
    for (const [at, answer] of took.entries()) if (typeof answer !== 'string') refused.set((asks[at] as Ask).step, answer);
    const left = steps.filter((_, at) => !refused.has(at));
    let made: readonly StepResult[] = [];
    try {
      if (left.length > 0) made = await record.apply(left);
    } catch (error) {
      // Where nobody knows whether the record made it, the room stays taken until a look finds out.
      if (!isCastellanError(error) || error.details['outcome'] !== 'unknown') giveUp();
      throw error;
    }
    let next = 0;
    const results = steps.map((_, at) => refused.get(at) ?? (made[next++] as StepResult));
    for (const [at, ask] of asks.entries()) keeper.settle(ask, took[at] as TookRoom, results[ask.step]);
    return results;
  };

  const close = async (): Promise<void> => {
    await Promise.allSettled(underWay);
    await record.close();
    await keeper.close();
  };

  // An address, a password or a policy that cannot do is told now; a server that is away is not needed yet.
  await keeper.open().catch(async (error: unknown) => {
    if (isCastellanError(error) && error.retryable) return;
    await keeper.close();
    throw error;
  });

  return {
    info: { ...record.info, kind: `${record.info.kind} behind redis` },
    async apply(steps) {
      if (closing !== undefined) throw new CastellanError('STORE_CLOSED', { message: 'The store is closed.' });
      const asks = asksOf(steps);
      const applied = asks.length === 0 ? record.apply(steps) : reserve(steps, asks);
      const told = applied.then((results) => keeper.freed(freedRequests(steps, results)));
      underWay.add(told);
      await told.finally(() => underWay.delete(told));
      return applied;
    },
    get: (keys) => record.get(keys),
    scan: (from, page) => scanWithout(keeper.recordKey, record, from, page),
    log: (from, limit) => record.log(from, limit),
    logHead: () => record.logHead(),
    findLog: (id) => record.findLog(id),
    haltSnapshot: () => record.haltSnapshot(),
    watch: (listener) => record.watch(listener),
    now: () => record.now(),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function invalid(field: string, message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message, details: { field } });
}
