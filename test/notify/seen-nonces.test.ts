import { describe, expect, it } from 'vitest';
import { createSeenNonces } from '../../src/adapters/notify/seen-nonces.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { applyStep, readDoc } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const KEY = 'approval-webhook/test/nonces';
const open = () => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  return { clock, store, nonces: createSeenNonces(store, KEY, 'ab12'), other: createSeenNonces(store, KEY, 'ab12') };
};

describe('nonces of replies', () => {
  it('are taken once, by whichever process, others in between or not', async () => {
    const { clock, nonces, other } = open();
    const atMs = clock.nowMs();
    expect(await nonces.take('a', atMs, atMs)).toBe(true);
    expect(await other.take('a', atMs, atMs)).toBe(false);
    for (const nonce of ['b', 'c']) expect(await other.take(nonce, atMs, atMs + 299_000)).toBe(true);
    expect(await nonces.take('a', atMs, atMs + 300_000)).toBe(false);
    const races = await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? nonces : other).take('race', atMs, atMs)));
    expect(races.filter(Boolean)).toHaveLength(1);
  });

  it('are forgotten when no signature of their time passes any more, and are never more than 1,024', async () => {
    const { clock, store, nonces } = open();
    const atMs = clock.nowMs();
    const seen = Array.from({ length: 1_024 }, (_, n) => [`n${n}`, atMs, 'ab12']);
    await applyStep(store, { commands: [{ kind: 'doc.put', key: KEY, value: { seen } }] });
    await expect(nonces.take('one more', atMs, atMs)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    // Whoever fills it up with one secret keeps nobody out who has another.
    const calm = createSeenNonces(store, KEY, 'cd34');
    expect(await calm.take('n1', atMs, atMs)).toBe(true);
    expect(await calm.take('n1', atMs, atMs)).toBe(false);
    expect(await nonces.take('later', atMs + 900_000, atMs + 900_000)).toBe(true);
    expect((await readDoc(store, KEY))?.value).toEqual({ seen: [['later', atMs + 900_000, 'ab12']] });
  });

  it.each([[{}], [{ seen: 'a' }], [{ seen: [['a']] }], [{ seen: [['a', 'b']] }], [{ seen: [['a', 1]] }]])(
    'that cannot be read let nobody in: %j',
    async (value) => {
      const { store, nonces } = open();
      await applyStep(store, { commands: [{ kind: 'doc.put', key: KEY, value }] });
      await expect(nonces.take('a', 0, 0)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    },
  );
});
