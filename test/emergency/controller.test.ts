import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type HaltState, type SecurityEvent, type Store, storeKey } from '../../src/core/index.ts';
import { agentResumeFacts, killLiftFacts } from '../../src/emergency/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { expectCode } from '../core/expect-code.ts';
import { breakable, houseOf, START_MS } from './fixture.ts';

const BY = { approvedBy: 'ops', notes: 'looked at it' };

describe('the kill switch', () => {
  it('raises the epoch, is logged in the same step, and is published once durable', async () => {
    const { controller, log, bus, settle } = houseOf();
    const events: SecurityEvent[] = [];
    bus.subscribe((event) => void events.push(event));
    await controller.start();
    expect(controller.isKillSwitchActive()).toBe(false);
    const state = await controller.activateKillSwitch({ reason: 'incident', triggeredBy: 'security-team' });
    expect(state).toEqual({ epoch: 1, kill: { reason: 'incident', by: 'security-team', atMs: START_MS, untilMs: null }, paused: {} });
    expect(await controller.read()).toEqual(state);
    expect(controller.isKillSwitchActive()).toBe(true);
    await settle();
    const [entry] = (await log.query({ types: ['emergency_changed'] })).entries;
    expect(entry?.event).toMatchObject({
      type: 'emergency_changed',
      severity: 'critical',
      epoch: 1,
      change: { kind: 'kill', reason: 'incident', by: 'security-team' },
    });
    expect(events).toEqual([entry?.event]);
    controller.stop();
  });

  it('is idempotent, and never refused for its wording', async () => {
    const { controller, log } = houseOf();
    const first = await controller.activateKillSwitch({ reason: '', triggeredBy: '\ud800'.repeat(5_000) });
    expect(first.kill).toMatchObject({ reason: 'unspecified' });
    expect(first.kill?.by.isWellFormed()).toBe(true);
    expect(await controller.activateKillSwitch({ reason: 'again', triggeredBy: 'b' })).toEqual(first);
    expect(await controller.activateKillSwitch(undefined as never)).toEqual(first);
    expect((await log.query()).entries).toHaveLength(1);
  });

  it('is lifted only by name, and the authority is asked about this very kill', async () => {
    const { controller, asked, clock } = houseOf();
    await controller.activateKillSwitch({ reason: 'incident', triggeredBy: 'x' });
    for (const approvedBy of ['', '  ', undefined as never])
      await expect(controller.deactivateKillSwitch({ approvedBy, notes: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    clock.advance(10);
    const state = await controller.deactivateKillSwitch(BY);
    expect(state).toEqual({ epoch: 2, kill: null, paused: {} });
    expect(asked).toEqual([{ action: 'kill.lift', facts: killLiftFacts({ reason: 'incident', by: 'x', atMs: START_MS, untilMs: null }) }]);
    expect(await controller.deactivateKillSwitch(BY)).toEqual(state);
    expect(asked).toHaveLength(1);
  });

  it('stays on where operators have not signed, and needs no signature to go on', async () => {
    const { controller, asked } = houseOf({ owned: true });
    await controller.activateKillSwitch({ reason: 'incident', triggeredBy: 'anybody' });
    await controller.pauseAgent('a1', { reason: 'odd' });
    await expect(controller.deactivateKillSwitch(BY)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(controller.resumeAgent('a1', BY)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(controller.change({ kind: 'lift', reason: 'r', by: 'b' })).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(controller.change({ kind: 'resume', agent: 'a1', reason: 'r', by: 'b' })).rejects.toMatchObject({
      code: 'AUTHORITY_REQUIRED',
    });
    const { kill, paused } = await controller.read();
    expect([kill?.reason, Object.keys(paused)]).toEqual(['incident', ['a1']]);
    expect(asked.map(({ action }) => action)).toEqual(['kill.lift', 'agent.resume', 'kill.lift', 'agent.resume']);
    const authorization = { signatures: [], nonce: 'n', expiresAtMs: START_MS };
    expect((await controller.deactivateKillSwitch({ ...BY, authorization })).kill).toBeNull();
  });

  it('that came while another was being lifted stays', async () => {
    const one = houseOf();
    const two = houseOf({ on: one });
    await one.controller.activateKillSwitch({ reason: 'first', triggeredBy: 'x' });
    const slow = houseOf({
      on: one,
      authority: {
        ...{
          owned: true,
          registry: () => {
            throw new Error('unused');
          },
          digest: () => 'none',
          key: () => undefined,
        },
        async require() {
          await two.controller.deactivateKillSwitch(BY);
          one.clock.advance(5);
          await two.controller.activateKillSwitch({ reason: 'second', triggeredBy: 'y' });
        },
      },
    });
    await expect(slow.controller.deactivateKillSwitch(BY)).rejects.toMatchObject({ code: 'HALTED', retryable: true });
    expect((await one.controller.read()).kill?.reason).toBe('second');
  });

  it('switched off by configuration refuses and says so', async () => {
    const { controller } = houseOf({ killSwitchEnabled: false });
    await expect(controller.activateKillSwitch({ reason: 'r', triggeredBy: 't' })).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
    expect(controller.health().unenforced).toEqual(['kill_switch']);
  });
});

describe('what cannot be read is active', () => {
  it('without a snapshot, with an old one, and with one that throws', async () => {
    const clock = createManualClock(START_MS);
    const memory = createMemoryStore({ clock });
    let snapshot: ReturnType<Store['haltSnapshot']>;
    const store: Store = { ...memory, haltSnapshot: () => snapshot };
    const { controller } = houseOf({ store, on: { clock, store } });
    const state: HaltState = { epoch: 0, kill: null, paused: {} };
    expect(controller.isKillSwitchActive()).toBe(true);
    snapshot = { state, readAtMs: START_MS };
    expect(controller.isKillSwitchActive()).toBe(false);
    clock.advance(2_000);
    expect(controller.isKillSwitchActive()).toBe(false);
    clock.advance(1);
    expect(controller.isKillSwitchActive()).toBe(true);
    for (const readAtMs of [Number.NaN, START_MS + 10_000]) {
      snapshot = { state, readAtMs };
      expect(controller.isKillSwitchActive()).toBe(true);
    }
    for (const bad of [null, {}, { epoch: 1 }]) {
      snapshot = { state: bad as never, readAtMs: clock.nowMs() };
      expect(controller.isKillSwitchActive()).toBe(true);
    }
  });

  it('an unreachable store, a malformed row, and an epoch that went back', async () => {
    const one = houseOf();
    const down = breakable(one.store);
    const { controller } = houseOf({ on: one, store: down.store });
    await controller.pauseAgent('a1', { reason: 'odd' });
    down.isDown = true;
    await expect(controller.read()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(controller.isKillSwitchActive()).toBe(true);
    expect(await controller.getActiveEmergencies()).toMatchObject([{ kind: 'unreadable', agent: null, durable: false }]);
    down.isDown = false;
    expect(await controller.getActiveEmergencies()).toMatchObject([{ kind: 'pause', agent: 'a1', durable: true }]);

    for (const row of [
      7,
      null,
      [],
      {},
      { epoch: -1, kill: null, paused: {} },
      { epoch: 9, kill: {}, paused: {} },
      { epoch: 9, kill: null, paused: { a: 1 } },
      { epoch: 9, kill: null, paused: [] },
      { epoch: 9, paused: {} },
    ]) {
      const lying = houseOf({ on: one, store: { ...one.store, get: async () => [row as never] } });
      await expect(lying.controller.read()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    }
    let row: HaltState = { epoch: 5, kill: null, paused: {} };
    const restored = houseOf({
      on: one,
      store: { ...one.store, get: async () => [row as never], haltSnapshot: () => ({ state: row, readAtMs: one.clock.nowMs() }) },
    });
    await restored.controller.read();
    row = { ...row, epoch: 4 };
    await expect(restored.controller.read()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    expect(restored.controller.isKillSwitchActive()).toBe(true);
  });

  it('the snapshot of an idle process is kept fresh once started, by one timer', async () => {
    const { controller, clock, store } = houseOf();
    await controller.start();
    const reads: (readonly string[])[] = [];
    const get = store.get;
    Object.assign(store, {
      get(keys: readonly string[]) {
        reads.push(keys);
        return get(keys);
      },
    });
    await clock.advanceAsync(10_000);
    expect(reads).toHaveLength(10);
    expect(reads[0]).toEqual([storeKey.halt()]);
    expect(clock.pending()).toBe(1);
    controller.stop();
    expect(clock.pending()).toBe(0);
  });
});

describe('a pause', () => {
  it('lasts its seconds, or until resumed', async () => {
    const { controller, clock } = houseOf();
    const state = await controller.pauseAgent('a1', { reason: 'odd', duration: 3_600 });
    expect(state.paused['a1']).toEqual({ reason: 'odd', by: 'operator', atMs: START_MS, untilMs: START_MS + 3_600_000 });
    expect(await controller.getActiveEmergencies()).toMatchObject([{ kind: 'pause', agent: 'a1', untilMs: START_MS + 3_600_000 }]);
    clock.advance(3_600_000);
    expect(await controller.getActiveEmergencies()).toEqual([]);
    for (const duration of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300, '5' as never]) {
      const agent = `b${String(duration).replace(/[^a-z0-9]/gi, '')}`;
      expect((await controller.pauseAgent(agent, { reason: 'odd', duration })).paused[agent]?.untilMs).toBeNull();
    }
    expect((await controller.resumeAgent('bNaN', BY)).paused['bNaN']).toBeUndefined();
  });

  it('is never shortened by another one', async () => {
    const { controller, clock } = houseOf();
    const long = await controller.pauseAgent('a1', { reason: 'long', duration: 100 });
    expect(await controller.pauseAgent('a1', { reason: 'short', duration: 1 })).toEqual(long);
    expect(await controller.change({ kind: 'pause', agent: 'a1', reason: 'short', by: 'x', untilMs: clock.nowMs() + 5 })).toEqual(long);
    const endless = await controller.pauseAgent('a1', { reason: 'endless' });
    expect(endless.paused['a1']?.untilMs).toBeNull();
    expect(await controller.pauseAgent('a1', { reason: 'long', duration: 1_000 })).toEqual(endless);
    clock.advance(50);
    expect(
      (await controller.change({ kind: 'pause', agent: 'a2', reason: 'r', by: 'x', untilMs: START_MS + 80 })).paused['a2']?.untilMs,
    ).toBe(START_MS + 80);
  });

  it('takes any agent id that there can be, and no other', async () => {
    const { controller } = houseOf();
    for (const agent of ['__proto__', 'constructor', 'a.b-c_d']) {
      expect(Object.keys((await controller.pauseAgent(agent, { reason: 'odd' })).paused)).toContain(agent);
      expect(await controller.getActiveEmergencies()).toMatchObject([{ agent }]);
      expect(Object.keys((await controller.resumeAgent(agent, BY)).paused)).toEqual([]);
    }
    for (const agent of ['', '*', 'a/b', 'a b', 'x'.repeat(65), null as never])
      await expect(controller.pauseAgent(agent, { reason: '' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('resumed asks about this very pause, and where there is none asks nobody', async () => {
    const { controller, asked } = houseOf();
    await controller.resumeAgent('a1', BY);
    expect(asked).toEqual([]);
    await controller.pauseAgent('a1', { reason: 'odd', by: 'guard' });
    await controller.resumeAgent('a1', BY);
    expect(asked).toEqual([
      { action: 'agent.resume', facts: agentResumeFacts('a1', { reason: 'odd', by: 'guard', atMs: START_MS, untilMs: null }) },
    ]);
  });
});

describe('a store that fails', () => {
  it('leaves this process stopped, and gets the stop once it is back', async () => {
    const one = houseOf();
    const down = breakable(one.store);
    const { controller, clock, settle } = houseOf({ on: one, store: down.store });
    await controller.start();
    down.isDown = true;
    await expect(controller.activateKillSwitch({ reason: 'incident', triggeredBy: 'x' })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
    });
    await expect(controller.pauseAgent('a1', { reason: 'odd' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(controller.pauseAgent('a1', { reason: 'less', duration: 1 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([controller.locallyHalted('a1'), controller.locallyHalted('other'), controller.isKillSwitchActive()]).toEqual([
      true,
      true,
      true,
    ]);
    expect(controller.health().notDurable).toEqual(['*', 'a1']);
    await clock.advanceAsync(30_000);
    expect(controller.health().notDurable).toEqual(['*', 'a1']);
    down.isDown = false;
    await clock.advanceAsync(6_000);
    await settle();
    expect(controller.health().notDurable).toEqual([]);
    expect(controller.locallyHalted('a1')).toBe(false);
    const state = await one.controller.read();
    expect([state.kill?.reason, state.paused['a1']?.reason, state.paused['a1']?.untilMs]).toEqual(['incident', 'odd', null]);
    controller.stop();
    expect(clock.pending()).toBe(0);
  });

  it('does not bring a stop back that was released meanwhile', async () => {
    const one = houseOf();
    const down = breakable(one.store);
    const { controller, clock } = houseOf({ on: one, store: down.store });
    down.isDown = true;
    await expect(controller.activateKillSwitch({ reason: 'r', triggeredBy: 't' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(controller.deactivateKillSwitch(BY)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(controller.locallyHalted('a1')).toBe(true);
    down.isDown = false;
    await controller.deactivateKillSwitch(BY);
    await clock.advanceAsync(60_000);
    expect(await controller.read()).toEqual({ epoch: 0, kill: null, paused: {} });
    expect(controller.locallyHalted('a1')).toBe(false);
  });

  it('needs a snapshot age that can be met', () => {
    expectCode('CONFIG_INVALID', () => houseOf({ freshMs: Number.NaN }));
  });
});
