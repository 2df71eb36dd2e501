import { afterAll, describe, expect, it } from 'vitest';
import { mulberry32 } from '../../scripts/scorecard/measure.ts';
import { LUA_AMOUNT } from '../../src/adapters/store/redis/lua-amount.ts';
import { applyOne, capsOf, DAY_MS, reserveCommand } from '../../src/testing/store-conformance/scene.ts';
import { dropPrefixes, hasRedis, onRedis } from './redis.ts';
import { newScene } from './redis-scene.ts';

const here = await hasRedis();
const EDGES = [
  1n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  10n ** 14n - 1n,
  10n ** 14n,
  10n ** 28n - 1n,
  2n ** 63n,
  2n ** 64n,
  2n ** 128n - 1n,
  2n ** 256n - 1n,
];
const prefixes: string[] = [];

describe.skipIf(!here)(`amounts in the counter${here ? '' : ' (skipped: no server answers)'}`, () => {
  afterAll(() => dropPrefixes(...prefixes));

  it('are added, compared and taken off as bigints are', async () => {
    const random = mulberry32(7);
    const drawn = (): bigint => {
      let value = 0n;
      for (let word = Math.floor(random() * 10); word >= 0; word--) value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32));
      return value;
    };
    const edges = [0n, ...EDGES, 2n ** 256n, 10n ** 96n - 1n];
    const pairs = [
      ...edges.flatMap((a) => edges.flatMap((b) => [[a, b] as const, [a + 1n, b] as const])),
      ...Array.from({ length: 1_500 }, () => [drawn(), drawn()] as const),
    ];
    const script = `${LUA_AMOUNT}
      local answers = {}
      for at = 1, #ARGV, 2 do
        local a, b = parse(ARGV[at]), parse(ARGV[at + 1])
        answers[#answers + 1] = text(add(a, b)) .. ' ' .. tostring(fits(a, b)) .. ' ' .. text(subtract(a, b))
      end
      return answers`;
    const answers = await onRedis(async (client) => client.eval(script, { arguments: pairs.flat().map(String) }));
    expect(answers).toEqual(pairs.map(([a, b]) => `${a + b} ${a <= b} ${a > b ? a - b : 0n}`));
  });

  it.each(EDGES)('a cap of %s is used to the last unit by two processes, and one unit more is refused without the record', async (cap) => {
    const scene = newScene();
    prefixes.push(scene.prefix);
    const [a, b] = [await scene.open(), await scene.open()];
    const now = await a.store.now();
    const caps = capsOf([
      [DAY_MS, String(cap)],
      [null, String(cap)],
    ]);
    const reserve = (store: typeof a.store, id: string, amount: bigint) =>
      applyOne(store, reserveCommand(now, { id, amount: String(amount) }, caps));
    if (cap > 1n) expect(await reserve(a.store, 'r1', cap - 1n)).toMatchObject({ ok: true });
    expect(await reserve(b.store, 'r2', 1n)).toMatchObject({ ok: true });
    const before = a.record.steps + b.record.steps;
    const no = { ok: false, command: 0, reason: { code: 'window_limit', limit: String(cap), remaining: '0' } };
    expect(await reserve(a.store, 'r3', 1n)).toMatchObject(no);
    expect(await reserve(b.store, 'r4', 2n ** 256n)).toMatchObject(no);
    expect(await reserve(b.store, 'r5', cap)).toMatchObject(no);
    expect(a.record.steps + b.record.steps).toBe(before);
    await scene.close();
  });
});
