import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commentCell } from '../../src/adapters/ton/decode/index.ts';
import type { AccountId } from '../../src/core/ids.ts';
import { CHAIN, call, feeOfReport, openScene, type SimulationScene } from './simulation-scene.ts';

const COIN = 1_000_000_000n;
let scene: SimulationScene;

beforeAll(async () => {
  scene = await openScene({ seed: 61 });
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

const inMasterchain = (number: number): AccountId => `${CHAIN}:-1:${number.toString(16).padStart(64, '7')}` as AccountId;

describe('payments into the masterchain, where forwarding costs 25 times as much', () => {
  it.each([
    ['one', 1, ''],
    ['one with a long text', 1, 'x'.repeat(900)],
    ['several', 8, ''],
    ['several with a text each', 8, 'x'.repeat(300)],
  ])('%s: the ceiling still bounds what it costs', async (_name, count, text) => {
    const body = text === '' ? null : commentCell(text);
    const calls = Array.from({ length: count }, (_, index) => call(inMasterchain(index), COIN / 100n, body));
    const { tx, report, excess } = await scene.judge({ kind: 'calls', calls });
    expect([report.errors, excess]).toEqual([[], { effects: [], unintended: [] }]);
    expect(feeOfReport(report)).toBeLessThan(tx.fee.ceiling);
    const before = await scene.chain.balance(scene.wallet.slice(CHAIN.length + 1));
    await scene.send(tx);
    const lost = before - (await scene.chain.balance(scene.wallet.slice(CHAIN.length + 1)));
    expect(lost - BigInt(count) * (COIN / 100n)).toBeLessThanOrEqual(tx.fee.ceiling);
    expect(lost).toBeGreaterThan(BigInt(count) * (COIN / 100n + 10_000_000n));
  });
});
