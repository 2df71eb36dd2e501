import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createClaims } from '../../src/authz/index.ts';
import { type Doc, type Json, type Store, storeKey } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const HOUR_MS = 3_600_000;

/** Claims over a store of their own, of which any call can be replaced. */
function scene(change: (store: Store) => Partial<Store> = () => ({})) {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const changed: Store = { ...store, ...change(store) };
  const read = async (key: string): Promise<Doc | undefined> => (await store.get([storeKey.doc(key)]))[0] as unknown as Doc | undefined;
  const write = async (key: string, value: Json): Promise<void> => {
    const ifVersion = (await read(key))?.version ?? 0;
    await store.apply([{ commands: [{ kind: 'doc.put', key, value, ifVersion }] }]);
  };
  return { clock, store, read, write, claims: createClaims({ store: changed, clock }) };
}
const rowsOf = async (store: Store): Promise<readonly string[]> =>
  (await store.scan(storeKey.doc('claim/'))).map(({ key }) => key.slice(storeKey.doc('claim/').length));

describe('what a claim is asked with', () => {
  it('is a key of 1 to 256 visible characters and 1 ms to a week', async () => {
    const { claims, clock } = scene();
    for (const key of ['', ' ', 'a b', 'a\n', 'é', '\u007f', 'x'.repeat(257), 5, null, undefined, ['a']]) {
      const refused = { code: 'REQUEST_INVALID', details: { field: 'actionKey' } };
      await expect(claims.claim(key as never, 'a1', 1), String(key)).rejects.toMatchObject(refused);
      await expect(claims.release(key as never, 'a1'), String(key)).rejects.toMatchObject(refused);
    }
    for (const ttl of [0, -1, 1.5, Number.NaN, 604_800_001, '5', 5n, undefined])
      await expect(claims.claim('k', 'a1', ttl as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { field: 'ttlMs' } });
    for (const key of ['!', '~', 'x'.repeat(256)]) {
      expect(await claims.claim(key, 'a1', 604_800_000)).toEqual({
        claimed: true,
        claimedBy: 'a1',
        expiresAt: clock.nowMs() + 604_800_000,
      });
      expect(await claims.release(key, 'a1')).toBe(true);
    }
    expect((await claims.claim('k', 'a1', 1)).claimed).toBe(true);
  });
});

describe('a claim', () => {
  it('is its holder’s to the last millisecond, to prolong and to give back', async () => {
    const { claims, clock, read } = scene();
    const startMs = clock.nowMs();
    await claims.claim('job', 'a1', 10);
    clock.advance(10);
    expect(await claims.claim('job', 'a2', 10)).toEqual({ claimed: false, claimedBy: 'a1', expiresAt: startMs + 10 });
    expect(await claims.release('job', 'a2')).toBe(false);
    expect(await claims.claim('job', 'a1', 5)).toEqual({ claimed: true, claimedBy: 'a1', expiresAt: startMs + 15 });
    clock.advance(5);
    expect(await claims.release('job', 'a1')).toBe(true);
    expect(await claims.release('job', 'a1')).toBe(false);
    expect((await read('claim/job'))?.value).toEqual({ agent: 'a1', expiresAtMs: startMs + 14 });
    expect(await claims.claim('job', 'a2', 10)).toMatchObject({ claimed: true, claimedBy: 'a2' });
    clock.advance(11);
    expect(await claims.release('job', 'a2'), 'over').toBe(false);
    expect(await claims.release('never', 'a2')).toBe(false);
  });

  it('is not taken, and neither ended, by a clock that runs ahead', async () => {
    const { claims, clock } = scene();
    await claims.claim('job', 'a1', 1_000);
    const before = clock.nowMs();
    clock.setNow(before + 1_500);
    expect(await claims.claim('job', 'a2', 1_000)).toMatchObject({ claimed: false, expiresAt: before + 1_000 });
    expect(await claims.claim('other', 'a2', 1_000)).toMatchObject({ claimed: true, expiresAt: before + 2_500 });
    clock.setNow(before + 60_000);
    const skewed = { code: 'CLOCK_SKEW' };
    await expect(claims.claim('job', 'a2', 1_000)).rejects.toMatchObject(skewed);
    await expect(claims.claim('new', 'a2', 1_000)).rejects.toMatchObject(skewed);
  });
});

describe('one agent', () => {
  const fill = async (claims: ReturnType<typeof createClaims>, ttlOf: (n: number) => number = () => 1_000): Promise<void> => {
    for (let n = 0; n < 128; n += 1) expect((await claims.claim(`job-${n}`, 'a1', ttlOf(n))).claimed).toBe(true);
  };
  const full = (freeAtMs?: number) => ({
    code: 'REQUEST_DENIED',
    retryable: true,
    details: { reason: 'claims_exhausted', limit: 128, ...(freeAtMs === undefined ? {} : { freeAtMs }) },
  });
  const refusal = async (asked: Promise<unknown>) => {
    const { code, retryable, details } = await asked.then(
      () => ({ code: 'none', retryable: false, details: {} }),
      (error) => error,
    );
    return { code, retryable, details };
  };

  it('has 128 at a time, and is told when the first of them ends', async () => {
    const { claims, clock, read } = scene();
    const startMs = clock.nowMs();
    await fill(claims, (n) => (n === 77 ? 10 : 1_000 + n));
    expect(await refusal(claims.claim('more', 'a1', 1_000))).toEqual(full(startMs + 10));
    expect(await read('claim/more')).toBeUndefined();
    clock.advance(10);
    expect(await refusal(claims.claim('more', 'a1', 1_000)), 'not over yet').toEqual(full(startMs + 10));
    expect((await claims.claim('job-3', 'a1', 5_000)).claimed, 'its own for longer').toBe(true);
    clock.advance(1);
    expect((await claims.claim('more', 'a1', 1_000)).claimed).toBe(true);
    expect(await refusal(claims.claim('and-more', 'a1', 1_000))).toEqual(full(startMs + 1_000));
    expect(await claims.release('job-0', 'a1')).toBe(true);
    expect((await claims.claim('and-more', 'a1', 1_000)).claimed).toBe(true);
    const list = (await read('claimant/a1'))?.value as readonly (readonly [string, number])[];
    expect(list).toHaveLength(128);
    expect(list.filter(([key]) => key === 'job-3')).toEqual([['job-3', startMs + 5_010]]);
    expect(list.at(-1)).toEqual(['and-more', startMs + 1_011]);
  });

  it('gets no more where its list is damaged, and still gives back', async () => {
    for (const damaged of [{ length: 0 }, 'x', 5, [['job']], [['job', 1, 2]], [[1, 5]], [['job', 1.5]], [['job', '5']], [null], [{}]]) {
      const { claims, read, write } = scene();
      await claims.claim('job', 'a1', 1_000);
      await write('claimant/a1', damaged as Json);
      expect(await refusal(claims.claim('more', 'a1', 1_000)), JSON.stringify(damaged)).toEqual(full());
      expect(await claims.release('job', 'a1')).toBe(true);
      expect((await read('claimant/a1'))?.value).toEqual(damaged);
    }
    const { claims, write } = scene();
    await write('claimant/a1', [['job', 5]]);
    expect((await claims.claim('more', 'a1', 1_000)).claimed).toBe(true);
  });

  it('begins 10,000 in an hour: what it had before counts, what it prolongs does not', async () => {
    const { claims, clock, store } = scene();
    const begin = { kind: 'rate.take', key: 'claims:a1', windowMs: HOUR_MS, max: null, cooldownMs: 0 } as const;
    await store.apply(Array.from({ length: 9_998 }, () => ({ commands: [begin] })));
    expect((await claims.claim('first', 'a1', 10)).claimed).toBe(true);
    expect((await claims.claim('first', 'a1', 20)).claimed, 'prolonged').toBe(true);
    clock.advance(20);
    expect((await claims.claim('first', 'a1', 20)).claimed, 'prolonged in its last moment').toBe(true);
    clock.advance(21);
    expect((await claims.claim('first', 'a1', 10)).claimed, 'begun anew').toBe(true);
    expect(await refusal(claims.claim('second', 'a1', 10))).toEqual(full());
    expect((await claims.claim('second', 'a2', 10)).claimed, 'another agent').toBe(true);
    clock.advance(2 * HOUR_MS);
    expect((await claims.claim('second', 'a1', 10)).claimed).toBe(true);
  });

  it('waits for itself: one after the other, 256 at most, and for nobody else', async () => {
    let gate = Promise.withResolvers<void>();
    const underWay: Record<string, number> = {};
    let most = 0;
    const { claims } = scene((store) => ({
      async get(keys) {
        const holder = keys.find((key) => key.includes('claimant/')) ?? '';
        underWay[holder] = (underWay[holder] ?? 0) + 1;
        most = Math.max(most, underWay[holder]);
        if (holder.endsWith('/a1')) await gate.promise;
        underWay[holder] -= 1;
        return store.get(keys);
      },
    }));
    for (const round of ['first', 'second']) {
      gate = Promise.withResolvers<void>();
      const asked = Array.from({ length: 256 }, (_, n) => (n % 2 === 0 ? claims.claim('job', 'a1', 1_000) : claims.release('job', 'a1')));
      expect(await refusal(claims.claim('job', 'a1', 1_000)), round).toEqual(full());
      expect(await refusal(claims.release('job', 'a1')), round).toEqual(full());
      expect((await claims.claim(round, 'a2', 1_000)).claimed, 'another agent').toBe(true);
      gate.resolve();
      await asked[0];
      // One is done, one more may wait.
      gate = Promise.withResolvers<void>();
      const late = claims.release('job', 'a1');
      expect(await refusal(claims.claim('job', 'a1', 1_000)), round).toEqual(full());
      gate.resolve();
      const [ends, last] = [await Promise.all(asked), await late];
      expect(ends.every((end) => (typeof end === 'boolean' ? end : end.claimed))).toBe(true);
      expect(last, 'given back before').toBe(false);
    }
    expect(most).toBe(1);
  });

  it('goes on after one of its own that failed', async () => {
    let fails = true;
    const { claims } = scene((store) => ({
      async get(keys) {
        if (!fails) return store.get(keys);
        fails = false;
        throw new Error('torn');
      },
    }));
    const [torn, next] = await Promise.allSettled([claims.claim('job', 'a1', 1_000), claims.claim('job', 'a1', 1_000)]);
    expect([torn.status, next.status]).toEqual(['rejected', 'fulfilled']);
  });
});

describe('many agents at one action', () => {
  /** Somebody else writes the row just before each of so many writes of ours. */
  function contested(times: number) {
    let left = 0;
    let tries = 0;
    const made = scene((store) => ({
      async apply(steps) {
        tries += 1;
        if (left > 0) {
          left -= 1;
          await made.write('claim/job', { ...((await made.read('claim/job'))?.value as object) });
        }
        return store.apply(steps);
      },
    }));
    const begin = async (): Promise<void> => {
      await made.claims.claim('job', 'a1', 1_000);
      [left, tries] = [times, 0];
    };
    return { ...made, begin, tries: () => tries };
  }

  it('try sixteen times', async () => {
    const busy = { code: 'STORE_UNAVAILABLE', retryable: true };
    for (const ask of ['claim', 'release'] as const) {
      const run = ({ claims }: ReturnType<typeof contested>) =>
        ask === 'claim' ? claims.claim('job', 'a1', 2_000).then(({ claimed }) => claimed) : claims.release('job', 'a1');
      const [lucky, unlucky] = [contested(15), contested(16)];
      await lucky.begin();
      expect([await run(lucky), lucky.tries()]).toEqual([true, 16]);
      await unlucky.begin();
      await expect(run(unlucky)).rejects.toMatchObject(busy);
      expect(unlucky.tries()).toBe(16);
    }
  });
});

describe('claims that are over', () => {
  const take = async (claims: ReturnType<typeof createClaims>, count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await claims.claim('again', 'sweeper', 1);
  };

  it('are kept for an hour and dropped then, with the thirty-second claim', async () => {
    const { claims, clock, store } = scene();
    await claims.claim('early', 'a1', 10);
    await claims.claim('late', 'a2', 11);
    clock.advance(HOUR_MS + 10);
    await take(claims, 30);
    expect(await rowsOf(store)).toEqual(['again', 'early', 'late']);
    clock.advance(1);
    await take(claims, 31);
    expect(await rowsOf(store)).toEqual(['again', 'early', 'late']);
    await take(claims, 1);
    expect(await rowsOf(store)).toEqual(['again', 'late']);
  });

  it('are looked for 64 at a time, from where the look before ended, and from the start again', async () => {
    const { claims, clock, store, write } = scene();
    const before = clock.nowMs();
    const nameOf = (n: number): string => `row-${String(n).padStart(3, '0')}`;
    for (let n = 0; n < 100; n += 1) await write(`claim/${nameOf(n)}`, { agent: 'a1', expiresAtMs: before });
    clock.advance(HOUR_MS + 1);
    await take(claims, 32);
    expect((await rowsOf(store)).filter((name) => name !== 'again')).toEqual(Array.from({ length: 37 }, (_, n) => nameOf(63 + n)));
    await write('claim/a-row', { agent: 'a1', expiresAtMs: before });
    await take(claims, 32);
    expect(await rowsOf(store), 'the second look is of what comes after').toEqual(['a-row', 'again']);
    await take(claims, 32);
    expect(await rowsOf(store)).toEqual(['again']);
  });

  it('are found behind those that are not over', async () => {
    const { claims, clock, store, write } = scene();
    const overMs = clock.nowMs();
    const write64 = async (name: string, expiresAtMs: number): Promise<void> => {
      for (let n = 10; n < 74; n += 1) await write(`claim/${name}-${n}`, { agent: 'a1', expiresAtMs });
    };
    await write64('a', overMs + 2 * HOUR_MS);
    await write64('b', overMs);
    clock.advance(HOUR_MS + 1);
    await take(claims, 96);
    expect((await rowsOf(store)).filter((name) => name.startsWith('b-'))).toEqual([]);
    expect(await rowsOf(store)).toHaveLength(65);
  });

  it('are left to whoever takes one in that moment', async () => {
    let isTaken = false;
    const { claims, clock, store, write, read } = scene((inner) => ({
      async scan(...asked) {
        const rows = await inner.scan(...asked);
        if (!isTaken) await write('claim/old', { agent: 'a9', expiresAtMs: clock.nowMs() + 1_000 });
        isTaken = true;
        return rows;
      },
    }));
    await claims.claim('old', 'a1', 10);
    clock.advance(HOUR_MS + 11);
    await take(claims, 31);
    expect(isTaken).toBe(true);
    expect((await read('claim/old'))?.value).toMatchObject({ agent: 'a9' });
    expect(await rowsOf(store)).toEqual(['again', 'old']);
  });
});
