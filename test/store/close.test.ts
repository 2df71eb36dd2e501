import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { createTurns } from '../../src/adapters/store/kernel/turns.ts';
import { dropSchemas, hasPostgres, newSchema, POSTGRES_URL } from './postgres.ts';
import { dropPrefixes, hasRedis, REDIS_URL } from './redis.ts';

const run = promisify(execFile);
const ROUNDS = 15;
const child = fileURLToPath(new URL('./close-child.ts', import.meta.url));
const postgres = await hasPostgres();
const schema = newSchema('close');
const directory = mkdtempSync(join(tmpdir(), 'castellan-close-'));

const kinds = [
  ['sqlite', true],
  ['postgres', postgres],
  ['redis', postgres && (await hasRedis())],
] as const;

describe('a store that is closed while it is asked', () => {
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    if (postgres) await dropSchemas(schema);
    if (kinds[2][1]) await dropPrefixes(schema);
  });

  for (const [kind, here] of kinds) {
    it.skipIf(!here)(`${kind}: answers all that was asked before, though nothing else keeps the process alive`, async () => {
      const place = { kind, path: join(directory, 'store.sqlite'), url: POSTGRES_URL, schema, redisUrl: REDIS_URL, rounds: ROUNDS };
      // Whoever is never answered ends the process with code 13, and that rejects here.
      const { stdout } = await run(process.execPath, [child, JSON.stringify(place)], { timeout: 60_000 });
      expect(JSON.parse(stdout)).toEqual({ answered: ROUNDS * 120, refused: 0 });
    });
  }

  it('turns that were closed still come, and holds last until they are released', async () => {
    const turns = createTurns();
    const order: string[] = [];
    turns.hold();
    const before = new Promise<void>((resolve) => turns.next(() => resolve(void order.push('before'))));
    turns.close();
    turns.close();
    await before;
    await new Promise<void>((resolve) => turns.next(() => resolve(void order.push('held'))));
    turns.release();
    await new Promise<void>((resolve) => turns.next(() => resolve(void order.push('after'))));
    expect(order).toEqual(['before', 'held', 'after']);
  });
});
