import { Address, toNano } from '@ton/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { ask, MILLITON, milliton, offlineWallet, sendBoc } from './ask.ts';

const SINK = new Address(0, Buffer.alloc(32, 7));
const sink = SINK.toString();

let chain: TonDevChain;
let fresh: string;
let wallet: ReturnType<typeof offlineWallet>;
beforeAll(async () => {
  chain = await startTonDevChain();
  wallet = offlineWallet(chain, 'faults');
  await chain.fund(wallet.text, toNano(10));
  fresh = await chain.snapshot();
});
beforeEach(async () => {
  chain.setFaults({});
  await chain.revert(fresh);
});
afterAll(() => chain.close());

/** `ok`, a status, or `reset` where the connection broke. */
async function outcome(work: Promise<{ readonly status: number }>): Promise<string> {
  return work.then(
    ({ status }) => (status === 200 ? 'ok' : String(status)),
    () => 'reset',
  );
}

async function outcomes(count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let time = 0; time < count; time += 1) seen.push(await outcome(ask(chain, 'getMasterchainInfo')));
  return seen;
}

describe('externals that are accepted and forgotten', () => {
  it('the next so many', async () => {
    chain.dropNext(2);
    for (let time = 0; time < 2; time += 1) {
      expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON))).ok).toBe(true);
      expect(await milliton(chain, sink)).toBe(0);
    }
    expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON))).ok).toBe(true);
    expect(await milliton(chain, sink)).toBe(5);
  });

  it('a refused one is no dropped one', async () => {
    chain.dropNext(1);
    expect((await sendBoc(chain, wallet.message(1, SINK, 5n * MILLITON))).ok).toBe(false);
    expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON))).ok).toBe(true);
    expect(await milliton(chain, sink)).toBe(0);
  });

  it('a part of them, the same ones for the same seed', async () => {
    const run = async (seed: number): Promise<string> => {
      await chain.revert(fresh);
      chain.setFaults({ dropRate: 0.4, seed });
      let marks = '';
      for (let seqno = 0; marks.length < 30; ) {
        const before = await chain.balance(sink);
        expect((await sendBoc(chain, wallet.message(seqno, SINK, 1n * MILLITON))).ok).toBe(true);
        const executed = (await chain.balance(sink)) > before;
        seqno += executed ? 1 : 0;
        marks += executed ? '.' : 'x';
      }
      return marks;
    };
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toBe(one);
    expect(other).not.toBe(one);
    expect(one.split('x').length - 1).toBeGreaterThan(5);
    expect(one.split('x').length - 1).toBeLessThan(20);
  });
});

describe('requests that fail', () => {
  it('a part of them, in each way, the same ones for the same seed', async () => {
    chain.setFaults({ errorRate: 0.5, seed: 7 });
    const one = await outcomes(80);
    expect([...new Set(one)].sort()).toEqual(['500', '503', 'ok', 'reset']);
    const failed = one.filter((each) => each !== 'ok').length;
    expect(failed).toBeGreaterThan(25);
    expect(failed).toBeLessThan(55);
    chain.setFaults({ errorRate: 0.5, seed: 7 });
    expect(await outcomes(80)).toEqual(one);
  });

  it('sometimes after the work is done', async () => {
    chain.setFaults({ errorRate: 1, seed: 3 });
    let seqno = 0;
    const done: Record<string, number> = {};
    for (let time = 0; time < 40; time += 1) {
      const before = await chain.balance(sink);
      const how = await outcome(sendBoc(chain, wallet.message(seqno, SINK, 1n * MILLITON)));
      expect(how).not.toBe('ok');
      const executed = (await chain.balance(sink)) > before;
      if (executed) {
        seqno += 1;
        done[how] = (done[how] ?? 0) + 1;
      }
    }
    expect(Object.keys(done)).toEqual(['reset']);
    expect(seqno).toBeLessThan(30);
  });

  it('never the controls, which exist as methods too', async () => {
    expect((await ask(chain, 'dev_setFaults', { errorRate: 1, latencyMs: 5_000 })).ok).toBe(true);
    expect((await ask(chain, 'dev_mine', { blocks: 2 })).ok).toBe(true);
    expect((await ask(chain, 'dev_setFaults', {})).ok).toBe(true);
    expect(await outcomes(5)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it('answers come late', async () => {
    chain.setFaults({ latencyMs: 60 });
    const from = performance.now();
    await ask(chain, 'getMasterchainInfo');
    expect(performance.now() - from).toBeGreaterThanOrEqual(55);
  });

  it('faults that make no sense are none', () => {
    for (const wrong of [
      { dropRate: 1.1 },
      { errorRate: -0.1 },
      { errorRate: Number.NaN },
      { latencyMs: -1 },
      { latencyMs: 1e9 },
      { seed: Number.NaN },
    ])
      expect(() => chain.setFaults(wrong)).toThrow(/CONFIG_INVALID/);
    for (const wrong of [-1, 0.5, Number.NaN]) expect(() => chain.dropNext(wrong)).toThrow(/CONFIG_INVALID/);
  });
});

describe('the controls over HTTP', () => {
  it('do what their namesakes do', async () => {
    const { result: taken } = await ask<{ readonly id: string }>(chain, 'dev_snapshot');
    expect((await ask(chain, 'dev_fund', { address: sink, nanoton: '123' })).ok).toBe(true);
    expect(await chain.balance(sink)).toBe(123n);
    const { result: later } = await ask<{ readonly gen_utime: number }>(chain, 'dev_increaseTime', { seconds: 1000 });
    expect(later.gen_utime).toBeGreaterThan(Date.now() / 1000 + 900);
    expect((await ask(chain, 'dev_setTime', { unixSeconds: later.gen_utime + 50 })).result).toEqual({ gen_utime: later.gen_utime + 50 });
    expect((await ask(chain, 'dev_setTime', { unixSeconds: 5 })).status).toBe(422);
    expect((await ask(chain, 'dev_revert', { id: taken.id })).ok).toBe(true);
    expect(await milliton(chain, sink)).toBe(0);
    expect((await ask(chain, 'dev_dropNext', { count: 1 })).ok).toBe(true);
    await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON));
    expect(await milliton(chain, sink)).toBe(0);
  });
});
