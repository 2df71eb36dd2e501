import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { createClaims } from '../../../src/authz/index.ts';
import type { Store } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';

/** A process that stands still between its look at a claim and its write, until it is let go. */
function stalling(store: Store) {
  const gate = Promise.withResolvers<void>();
  const stalled = Promise.withResolvers<void>();
  const process: Store = {
    ...store,
    async apply(steps) {
      stalled.resolve();
      await gate.promise;
      return store.apply(steps);
    },
  };
  return { process, stalled: stalled.promise, letGo: gate.resolve };
}

describe('a process that stalls while it prolongs its claim', () => {
  it.each(['given back by another of its processes', 'over, and swept away'])('takes nothing from the next holder: %s', async (how) => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const awake = createClaims({ store, clock });
    expect((await awake.claim('job', 'a1', 1_000)).claimed).toBe(true);

    const { process, stalled, letGo } = stalling(store);
    const late = createClaims({ store: process, clock }).claim('job', 'a1', 5_000);
    await stalled;
    if (how.startsWith('given')) expect(await awake.release('job', 'a1')).toBe(true);
    else {
      clock.advance(1_001);
      // Enough claims of others to have everything that is over looked at.
      for (let n = 0; n < 40; n++) await awake.claim(`other-${n}`, 'a3', 1);
    }
    expect(await awake.claim('job', 'a2', 60_000)).toMatchObject({ claimed: true, claimedBy: 'a2' });
    letGo();
    expect(await late).toMatchObject({ claimed: false, claimedBy: 'a2' });
    expect(await awake.claim('job', 'a4', 1)).toMatchObject({ claimed: false, claimedBy: 'a2' });
    await store.close();
  });

  it('has given back once what it gives back twice, and what is over is nobody’s', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const claims = createClaims({ store, clock });
    await claims.claim('job', 'a1', 1_000);
    expect([await claims.release('job', 'a1'), await claims.release('job', 'a1')]).toEqual([true, false]);
    await claims.claim('job', 'a1', 1_000);
    clock.advance(1_001);
    expect(await claims.release('job', 'a1')).toBe(false);
    await store.close();
  });
});
