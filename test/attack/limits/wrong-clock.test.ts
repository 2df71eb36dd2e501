import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../../src/adapters/store/postgres/index.ts';
import {
  appendCommand,
  codeOf,
  redeemCommand,
  redeemed,
  reserveCommand,
  settleCommand,
} from '../../../src/testing/store-conformance/scene.ts';
import { dropSchemas, hasPostgres, newSchema, POSTGRES_URL } from '../../store/postgres.ts';

const here = await hasPostgres();
const DAY_MS = 86_400_000;
const real = systemClock();

describe.skipIf(!here)(`a process whose clock is wrong from its start${here ? '' : ' (skipped: no server answers)'}`, () => {
  const schema = newSchema('clock');
  afterAll(() => dropSchemas(schema));
  let offMs = 0;
  const open = (clock = real) => createPostgresStore({ url: POSTGRES_URL, schema, clock, random: systemRandom() });
  const wrong = { ...real, nowMs: () => real.nowMs() + offMs };

  it('opens no window, keeps nobody else from working, and may still stop and record', async () => {
    const store = await open();
    const now = await store.now();
    expect(await redeemed(store, now, { id: 'r1', amount: '100' })).toBe('ok');
    expect(await codeOf(store, settleCommand('r1', 'signed'))).toBe('ok');
    expect(await codeOf(store, settleCommand('r1', 'final'))).toBe('ok');

    for (const ms of [2 * DAY_MS, -2 * DAY_MS, 60_000]) {
      offMs = ms;
      const other = await open(wrong);
      const id = `r${ms}`;
      expect(await codeOf(other, reserveCommand(now + ms, { id, amount: '1' }))).toBe('clock_skew');
      expect(await codeOf(other, appendCommand(`e${ms}`))).toBe('ok');
      expect(await codeOf(other, redeemCommand(id))).toBe('clock_skew');
      expect(await codeOf(store, reserveCommand(now, { id: `s${ms}`, amount: '1' }))).toBe('window_limit');
      await other.close();
    }
    const after = await store.now();
    expect(Math.abs(after - real.nowMs())).toBeLessThan(60_000);
    await store.close();
  });

  it('works once its clock was set right, without a new start', async () => {
    offMs = DAY_MS;
    const other = await open(wrong);
    expect(await codeOf(other, reserveCommand(real.nowMs() + offMs, { id: 'q1', amount: '1' }))).toBe('clock_skew');
    offMs = 0;
    await expect
      .poll(() => codeOf(other, reserveCommand(real.nowMs(), { id: 'q1', amount: '1' })), { timeout: 20_000 })
      .toBe('window_limit');
    await other.close();
  });
});
