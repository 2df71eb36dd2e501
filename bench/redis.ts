import { RateLimiterRedis } from 'rate-limiter-flexible';
import { createClient } from 'redis';
import { type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { systemClock, systemRandom } from '../src/adapters/host/index.ts';
import { createMemoryStore } from '../src/adapters/store/memory/index.ts';
import { asksOf } from '../src/adapters/store/redis/ask.ts';
import { createRoomKeeper, type RoomKeeper } from '../src/adapters/store/redis/room-keeper.ts';
import { toClientOptions } from '../src/adapters/store/redis/settings.ts';
import { capsOf, requestRow } from '../src/testing/store-conformance/scene.ts';

/** Callers that ask at once, each waiting for its answer before it asks again. */
const CALLERS = 64;
/** Accounts, and counters of the rivals, that the load is spread over. */
const SPREAD = 64;
const HOUR_MS = 3_600_000;
/** Three windows that none of the load fills, in amounts of 18 decimals. */
const WINDOWS = [HOUR_MS, 24 * HOUR_MS, 168 * HOUR_MS].map((windowMs) => [windowMs, `1${'0'.repeat(30)}`] as const);
const AMOUNT = '1500000000000000001';

/** How taking room in the counter compares, cost over cost: below 1 is faster than what it is held against. */
export interface RedisSpeed {
  /** A reservation of spread agents, three windows, taken and confirmed, over one `INCRBY` by the same driver as it comes. */
  readonly incrby: RatioBound;
  /** The same over an `INCRBY` by a client with the options of the counter: without a timeout of its own for each command. */
  readonly bare: RatioBound;
  /** The same over one point of rate-limiter-flexible, which counts one window. */
  readonly limiter: RatioBound;
  /** One hot agent over spread agents. */
  readonly hot: RatioBound;
  /** After so many more reservations over before them. */
  readonly history: RatioBound;
}

/** Makes one round of each side by turns, all in this process and over one server. */
export async function measureRedis(options: {
  readonly url: string;
  readonly rounds: number;
  readonly reservations: number;
  readonly past: number;
}): Promise<RedisSpeed> {
  const { url, rounds, reservations } = options;
  const prefix = `castellan_bench_${process.pid}`;
  const client = createClient({ url });
  const bareClient = createClient(toClientOptions({ url }, 5_000));
  for (const each of [client, bareClient]) {
    each.on('error', () => undefined);
    await each.connect();
  }
  const clock = systemClock();
  const keeperOf = (name: string): RoomKeeper =>
    createRoomKeeper({
      url,
      prefix: `${prefix}:${name}`,
      record: createMemoryStore({ clock }),
      clock,
      random: systemRandom(),
      freshMs: 100,
      deadlineMs: 10_000,
    });
  const [keeper, past] = [keeperOf('a'), keeperOf('b')];
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: `{${prefix}}:limiter`,
    points: 1_000_000_000,
    duration: 3_600,
    useRedisPackage: true,
  });
  // Rows made once: their digests are no part of what is measured.
  const requests = Array.from({ length: SPREAD }, (_, agent) => {
    const account = `agent:a${agent}|eip155:1/slip44:60`;
    const dueMs = clock.nowMs() + HOUR_MS;
    return { account, request: requestRow(0, { id: 'r', agent: `a${agent}`, dueMs, lines: [{ account, amount: AMOUNT }] }) };
  });
  let turn = 0;

  async function reserve(by: RoomKeeper, agents: number): Promise<void> {
    const number = turn++;
    const { account, request } = requests[number % agents] as (typeof requests)[number];
    const command = { kind: 'ledger.reserve', request: { ...request, requestId: `r${number}` }, caps: capsOf(WINDOWS, account) } as const;
    const [ask] = asksOf([{ commands: [command, { kind: 'log.append', id: String(number).padStart(28, '0'), entry: '{}', leaf: LEAF }] }]);
    if (ask === undefined) throw new Error('The step asks for nothing.');
    const took = await by.take(ask);
    if (took !== 'taken') throw new Error(`A reservation was not taken: ${JSON.stringify(took)}`);
    by.settle(ask, took, MADE);
  }
  async function round(work: () => Promise<unknown>, count = reservations): Promise<number> {
    const startedMs = performance.now();
    let left = count;
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        while (left-- > 0) await work();
      }),
    );
    return ((performance.now() - startedMs) * 1e6) / count;
  }
  const incrby = (by: typeof client | typeof bareClient) => (): Promise<unknown> => by.incrBy(`{${prefix}}:n${turn++ % SPREAD}`, 1);

  try {
    await round(() => reserve(past, SPREAD), options.past);
    return {
      incrby: await ratioBound(
        () => round(() => reserve(keeper, SPREAD)),
        () => round(incrby(client)),
        { rounds },
      ),
      bare: await ratioBound(
        () => round(() => reserve(keeper, SPREAD)),
        () => round(incrby(bareClient)),
        { rounds },
      ),
      limiter: await ratioBound(
        () => round(() => reserve(keeper, SPREAD)),
        () => round(() => limiter.consume(`n${turn++ % SPREAD}`)),
        { rounds },
      ),
      hot: await ratioBound(
        () => round(() => reserve(keeper, 1)),
        () => round(() => reserve(keeper, SPREAD)),
        { rounds },
      ),
      history: await ratioBound(
        () => round(() => reserve(past, SPREAD)),
        () => round(() => reserve(keeper, SPREAD)),
        { rounds },
      ),
    };
  } finally {
    await Promise.all([keeper.close(), past.close()]);
    const keys = await client.keys(`{${prefix}*`);
    if (keys.length > 0) await client.del(keys);
    for (const each of [client, bareClient]) each.destroy();
  }
}

const LEAF = '0'.repeat(64);
const MADE = { ok: true, atMs: 0, logIndex: 0, epoch: 0, replayed: false } as const;

if (import.meta.filename === process.argv[1]) {
  const url = process.env['CASTELLAN_TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  const { incrby, bare, limiter, hot, history } = await measureRedis({
    url,
    rounds: 11,
    reservations: Number(process.argv[2] ?? 20_000),
    past: 100_000,
  });
  const rate = (ns: number): string => (1e9 / ns).toFixed(0);
  const times = ({ ratio, upper }: RatioBound): string => `${(1 / ratio).toFixed(2)} × (95 %: at least ${(1 / upper).toFixed(2)} ×)`;
  process.stdout.write(`reservations ${rate(incrby.a)}/s, INCRBY ${rate(incrby.b)}/s: ${times(incrby)}\n`);
  process.stdout.write(`reservations ${rate(bare.a)}/s, INCRBY without timeouts ${rate(bare.b)}/s: ${times(bare)}\n`);
  process.stdout.write(`reservations ${rate(limiter.a)}/s, rate-limiter-flexible ${rate(limiter.b)}/s: ${times(limiter)}\n`);
  process.stdout.write(`one hot agent ${rate(hot.a)}/s, ${SPREAD} agents ${rate(hot.b)}/s: ${times(hot)}\n`);
  process.stdout.write(`after 100,000 more ${rate(history.a)}/s, before ${rate(history.b)}/s: ${times(history)}\n`);
}
