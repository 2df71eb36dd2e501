import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { haltFor } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { AGENT, codeOf, issueCommand, redeemCommand, reserveCommand } from '../../src/testing/store-conformance/scene.ts';
import { houseOf, START_MS } from './fixture.ts';

const HOUR_MS = 3_600_000;

describe('a pause of so many seconds', () => {
  it('ends by itself, to the ms, and is shown with its kind, since, until and reason', async () => {
    const { clock, controller, store } = houseOf();
    await controller.pauseAgent(AGENT, { reason: 'Suspicious activity', duration: 3_600 });
    expect(await controller.getActiveEmergencies()).toEqual([
      {
        kind: 'pause',
        agent: AGENT,
        reason: 'Suspicious activity',
        by: 'operator',
        atMs: START_MS,
        untilMs: START_MS + HOUR_MS,
        durable: true,
      },
    ]);
    await clock.advanceAsync(HOUR_MS - 1);
    expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r1' }), issueCommand(clock.nowMs(), 'r1', { epoch: 1 }))).toBe(
      'agent_paused',
    );
    expect(await controller.getActiveEmergencies()).toHaveLength(1);
    await clock.advanceAsync(1);
    expect(await controller.getActiveEmergencies()).toEqual([]);
    expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2' }), issueCommand(clock.nowMs(), 'r2', { epoch: 1 }))).toBe('ok');
  });

  it('does not make a permit of before valid again, for the agent or for anybody', async () => {
    const { clock, controller, store } = houseOf();
    const far = { dueMs: clock.nowMs() + 10 * HOUR_MS };
    const late = { expiresAtMs: clock.nowMs() + 10 * HOUR_MS };
    expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r1', ...far }), issueCommand(clock.nowMs(), 'r1', late))).toBe('ok');
    await controller.pauseAgent(AGENT, { reason: 'test', duration: 60 });
    expect(await codeOf(store, redeemCommand('r1'))).toBe('agent_paused');
    await clock.advanceAsync(60_000);
    expect(await controller.getActiveEmergencies()).toEqual([]);
    expect(await codeOf(store, redeemCommand('r1'))).toBe('epoch_changed');
  });

  it('is not ended early by a clock that is set forward, and not lengthened by one that is set back', async () => {
    const { clock, controller, store } = houseOf();
    await controller.pauseAgent(AGENT, { reason: 'test', duration: 3_600 });
    clock.setNow(clock.nowMs() + 2 * HOUR_MS);
    expect(await controller.getActiveEmergencies()).toMatchObject([{ kind: 'pause', agent: AGENT }]);
    const forward = await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r1' }), issueCommand(clock.nowMs(), 'r1', { epoch: 1 }));
    expect(['agent_paused', 'clock_skew']).toContain(forward);
    clock.setNow(START_MS);
    await clock.advanceAsync(HOUR_MS);
    expect(await controller.getActiveEmergencies()).toEqual([]);
    expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2' }), issueCommand(clock.nowMs(), 'r2', { epoch: 1 }))).toBe('ok');
  });

  it('survives a restart, and ends when it would have ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-pause-'));
    const path = join(folder, 'a.sqlite');
    const clock = createManualClock(START_MS);
    const open = (at = clock) => createSqliteStore({ path, clock: at, random: createSeededRandom('pause') });
    try {
      const before = await open();
      await houseOf({ on: { clock, store: before } }).controller.pauseAgent(AGENT, { reason: 'test', duration: 3_600 });
      await before.close();
      await clock.advanceAsync(HOUR_MS - 1_000);
      // A new process: its monotonic clock begins anew.
      const later = createManualClock(clock.nowMs());
      const store = await open(later);
      const { controller } = houseOf({ on: { clock: later, store } });
      expect(await controller.getActiveEmergencies()).toMatchObject([{ untilMs: START_MS + HOUR_MS }]);
      await later.advanceAsync(999);
      expect(haltFor(await controller.read(), AGENT, later.nowMs())?.kind).toBe('pause');
      await later.advanceAsync(1);
      expect(await controller.getActiveEmergencies()).toEqual([]);
      await store.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([[0], [-1], [Number.NaN], [Number.POSITIVE_INFINITY], ['3600'], [null], [4e12]])(
    'of %s seconds lasts until resumed',
    async (duration) => {
      const { controller, clock } = houseOf();
      await controller.pauseAgent(AGENT, { reason: 'test', duration: duration as number });
      await clock.advanceAsync(365 * 24 * HOUR_MS);
      expect(await controller.getActiveEmergencies()).toMatchObject([{ kind: 'pause', untilMs: null }]);
      await controller.resumeAgent(AGENT, { approvedBy: 'security-team', notes: 'False positive' });
      expect(await controller.getActiveEmergencies()).toEqual([]);
    },
  );
});
