import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { Store } from '../../src/core/store.ts';
import { AGENT, openBench, outcome, permit, SHOP, text, usd } from '../../test/manager/signing/fixture.ts';
import type { Bar } from './bar.ts';

const CAP = 1_000;
const agents = {
  a1: {
    ...AGENT,
    limits: { ...AGENT.limits, assets: { USD: { perTransaction: 100, daily: CAP } } },
    rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000_000 },
  },
};

/** Permits asked for all at once, of odd sizes: what is signed of them, in whole tokens. */
async function crowd(orders: number): Promise<{ readonly signed: number; readonly counted: string }> {
  await using bench = await openBench({ agents });
  const sizes = Array.from({ length: orders }, (_, index) => 1 + ((index * 37) % 90));
  const outcomes = await Promise.all(
    sizes.map((size, index) => outcome(bench.sign(permit(bench.wallet, SHOP, usd(size), { nonce: String(index) })))),
  );
  const signed = sizes.reduce((sum, size, index) => (outcomes[index] === 'signed' ? sum + size : sum), 0);
  const { assets } = await bench.security.exposure('a1');
  return { signed, counted: assets[0]?.signatures ?? '0' };
}

const crowdBar: Bar = {
  name: 'permits asked for at once, under one cap',
  target: '0 above the cap',
  async run(mode) {
    const orders = mode === 'full' ? 2_000 : 100;
    const { signed, counted } = await crowd(orders);
    return {
      figure: `${signed} of ${CAP} signed, of ${orders.toLocaleString('en')} orders`,
      pass: signed <= CAP && signed > CAP - 100 && counted === usd(signed).toString(),
      notes: ['what is out, by `exposure()`, is exactly what was signed'],
    };
  },
};

/** Rows that one reading of exposure reads, once so many signatures are out and so many were handed out and are done. */
async function rowsRead(open: number, done: number): Promise<number> {
  const real = systemClock();
  let aheadMs = 0;
  const clock = { ...real, nowMs: () => real.nowMs() + aheadMs, monotonicMs: () => real.monotonicMs() + aheadMs };
  const store = createMemoryStore({ clock });
  let rows = 0;
  const counted: Store = {
    ...store,
    get: async (keys) => {
      rows += keys.length;
      return store.get(keys);
    },
    scan: async (prefix, options) => {
      const found = await store.scan(prefix, options);
      rows += found.length;
      return found;
    },
    log: async (from, limit) => {
      const found = await store.log(from, limit);
      rows += found.length;
      return found;
    },
  };
  await using bench = await openBench({ agents, clock, store: { open: () => counted }, keys: { encryptionKey: '9a'.repeat(32) } });
  for (let index = 0; index < open + done; index += 1) {
    // No burst: one a minute.
    aheadMs += 60_000;
    await bench.sign(index < open ? permit(bench.wallet, SHOP, usd(1), { nonce: String(index) }) : text(`hello ${index}`));
  }
  rows = 0;
  const { signatures } = await bench.security.exposure('a1');
  if (signatures.length !== open) throw new Error(`${signatures.length} signatures are open`);
  return rows;
}

const readingBar: Bar = {
  name: 'rows that exposure reads after a long history',
  target: 'as many as after none',
  async run(mode) {
    const [open, done] = mode === 'full' ? [20, 1_000] : [4, 20];
    const [fresh, old] = [await rowsRead(open, 0), await rowsRead(open, done)];
    return {
      figure: `${old} rows, ${fresh} after none`,
      pass: old === fresh && fresh > open,
      notes: [`${open} signatures open, ${done.toLocaleString('en')} handed out and done`],
    };
  },
};

/** The bars of signatures that are no transactions. */
export const bars: readonly Bar[] = [crowdBar, readingBar];
