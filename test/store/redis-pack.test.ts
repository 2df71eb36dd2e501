import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNews } from '../../src/adapters/store/redis/news.ts';
import { createPack } from '../../src/adapters/store/redis/pack.ts';
import { createManualClock } from '../../src/testing/index.ts';
import { hasRedis, redisClient } from './redis.ts';

const here = await hasRedis();
/** Says what the server reads: texts as they are, counts behind a `#`. */
const READ = `
local read = {}
for at, item in ipairs(cmsgpack.unpack(ARGV[1])) do
  read[at] = type(item) == 'number' and '#' .. string.format('%.0f', item) or item
end
return read`;

describe.skipIf(!here)(`what is packed for a script${here ? '' : ' (skipped: no server answers)'}`, () => {
  let client: Awaited<ReturnType<typeof redisClient>>;
  beforeAll(async () => {
    client = await redisClient();
  });
  afterAll(() => client.destroy());

  const read = async (pack: ReturnType<typeof createPack>, items: readonly (string | number)[]): Promise<unknown> => {
    pack.begin();
    for (const item of items) typeof item === 'string' ? pack.text(item) : pack.count(item);
    return client.sendCommand(['EVAL', READ, '0', pack.end()]);
  };
  const said = (items: readonly (string | number)[]) => items.map((item) => (typeof item === 'string' ? item : `#${item}`));

  it('is what the server reads, at each length at which the head of a text or a count is another one', async () => {
    const lengths = [0, 1, 31, 32, 255, 256, 65_535, 65_536, 200_000];
    const items = [
      ...lengths.flatMap((length) => ['x'.repeat(length), 'é'.repeat(Math.ceil(length / 2)), '€'.repeat(Math.ceil(length / 3))]),
      ...['a b\r\n\0"$*', '\u{1f600}', '#1'],
      ...[0, 1, 127, 128, 255, 256, 65_536, 2 ** 31, 2 ** 32 - 1],
    ];
    expect(await read(createPack(), items)).toEqual(said(items));
  });

  it('is what the server reads, whatever it is, and nothing of what was packed before', async () => {
    const pack = createPack();
    const item = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.nat(2 ** 32 - 1));
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 60 }), async (items) => {
        expect(await read(pack, items)).toEqual(said(items));
      }),
      { numRuns: 200 },
    );
    pack.begin();
    expect(pack.isEmpty()).toBe(true);
  });
});

describe('what was confirmed', () => {
  it('is told eight of an account at once, the rest of it after a while, and each once', () => {
    const clock = createManualClock();
    let due = 0;
    const news = createNews(clock, () => due++);
    for (let n = 0; n < 19; n++) news.add('a', `r${n}`);
    news.add('b', 's');
    expect(due).toBe(2);
    expect([news.holds('a', 'r15'), news.holds('a', 'r16'), news.holds('b', 's'), news.holds('b', 'r16')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([...news.take()]).toEqual([['a', Array.from({ length: 16 }, (_, n) => `r${n}`)]]);
    expect([...news.take()]).toEqual([]);
    clock.advance(100);
    expect(due).toBe(4);
    expect([...news.take()]).toEqual([
      ['a', ['r16', 'r17', 'r18']],
      ['b', ['s']],
    ]);
    expect(news.holds('a', 'r16')).toBe(false);
    clock.advance(1_000);
    expect([...news.take()]).toEqual([]);
  });

  it('is told all at once where it is asked for, and where there is much of it', () => {
    const news = createNews(createManualClock(), () => undefined);
    news.add('a', 'r');
    news.tellAll();
    expect([...news.take()]).toEqual([['a', ['r']]]);
    for (let n = 0; n < 9_999; n++) news.add(`a${n}`, 'r');
    expect(news.take().size).toBe(0);
    news.add('last', 'r');
    expect(news.take().size).toBe(10_000);
  });
});
