import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { houseOf } from './fixture.ts';

const BY = { approvedBy: 'ops', notes: 'looked at it' };

describe('against a small model', () => {
  type Act = { readonly kind: 'kill' | 'lift' | 'pause' | 'resume' | 'wait' | 'swap'; readonly agent: number; readonly seconds: number };
  const act: fc.Arbitrary<Act> = fc.record({
    kind: fc.constantFrom('kill', 'lift', 'pause', 'resume', 'wait', 'swap'),
    agent: fc.nat(2),
    seconds: fc.nat(5),
  });

  it('two controllers on one store stop and release as it does; the epoch never falls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const one = houseOf();
        const both = [one, houseOf({ on: one })];
        const model = { kill: false, until: new Map<string, number>() };
        let epoch = 0;
        for (const { kind, agent, seconds } of acts) {
          const { controller, clock } = both[0] as typeof one;
          const name = `a${agent}`;
          const nowMs = clock.nowMs();
          const untilMs = seconds === 0 ? Number.POSITIVE_INFINITY : nowMs + seconds * 1_000;
          if (kind === 'kill') {
            await controller.activateKillSwitch({ reason: 'r', triggeredBy: 't' });
            model.kill = true;
          } else if (kind === 'lift') {
            await controller.deactivateKillSwitch(BY);
            model.kill = false;
          } else if (kind === 'pause') {
            await controller.pauseAgent(name, { reason: 'r', duration: seconds });
            model.until.set(name, Math.max(untilMs, model.until.get(name) ?? 0));
          } else if (kind === 'resume') {
            await controller.resumeAgent(name, BY);
            model.until.delete(name);
          } else if (kind === 'wait') clock.advance(seconds * 500);
          else both.reverse();

          for (const { controller: other } of both) {
            const state = await other.read();
            expect(state.epoch).toBeGreaterThanOrEqual(epoch);
            epoch = state.epoch;
            expect(state.kill !== null).toBe(model.kill);
            const paused = (await other.getActiveEmergencies()).filter((active) => active.kind === 'pause').map((active) => active.agent);
            const wanted = [...model.until].filter(([, until]) => until > clock.nowMs()).map(([who]) => who);
            expect(paused.sort()).toEqual(wanted.sort());
          }
        }
        // Every change is in the log, with rising epochs.
        const epochs = (await one.log.query({ limit: 1_000 })).entries
          .map(({ event }) => (event.type === 'emergency_changed' ? event.epoch : -1))
          .reverse();
        expect(epochs).toEqual(Array.from({ length: epoch }, (_, index) => index + 1));
      }),
      { numRuns: 60 },
    );
  });
});

describe('changes that meet', () => {
  it('a lift never takes away a kill that was not there when it was asked for', async () => {
    const one = houseOf();
    await one.controller.activateKillSwitch({ reason: 'first', triggeredBy: 'x' });
    let meets = 0;
    const late = houseOf({
      on: one,
      store: {
        ...one.store,
        async now() {
          if (meets++ === 0) {
            await one.controller.deactivateKillSwitch(BY);
            one.clock.advance(1);
            await one.controller.activateKillSwitch({ reason: 'second', triggeredBy: 'y' });
          }
          return one.store.now();
        },
      },
    });
    await expect(late.controller.deactivateKillSwitch(BY)).rejects.toMatchObject({ code: 'HALTED' });
    expect((await one.controller.read()).kill?.reason).toBe('second');
    expect(meets).toBe(2);
  });

  it('each get an epoch of their own, and none is lost', async () => {
    const one = houseOf();
    const two = houseOf({ on: one });
    const agents = Array.from({ length: 20 }, (_, index) => `a${index}`);
    await Promise.all(agents.map((agent, index) => (index % 2 === 0 ? one : two).controller.pauseAgent(agent, { reason: 'r' })));
    const { epoch, paused } = await one.controller.read();
    expect([epoch, Object.keys(paused).sort()]).toEqual([20, [...agents].sort()]);
    const { entries } = await one.log.query();
    expect(new Set(entries.map(({ event }) => (event.type === 'emergency_changed' ? event.epoch : -1))).size).toBe(20);
  });
});
