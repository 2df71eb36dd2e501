import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { HOLD_MS } from '../../src/testing/store-conformance/scene.ts';
import { ETH, send } from '../authz/fixture.ts';
import { openRig, withCaps } from './rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'castellan-warnings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A cap of a hundred base units, which warns at eighty. */
const HUNDRED = withCaps([{ capId: 'c', scope: 'fleet', window: 'day', max: '0.0000000000000001' }]);

describe('a warning of a cap', () => {
  it('comes once, with the reservation that takes use to the mark, and names the cap and the figures', async () => {
    const rig = openRig();
    const told: unknown[] = [];
    for (const amount of [79n, 1n, 10n, 10n]) told.push((await rig.spend(HUNDRED, [send(amount)])).warnings.map(({ details }) => details));
    const details = {
      capId: 'c',
      scope: 'fleet',
      subject: null,
      account: `cap:c:fleet|${ETH}`,
      rule: 'c.day',
      windowMs: 86_400_000,
      unit: ETH,
      limit: '100',
      used: '80',
      warningThresholdPct: 80,
    };
    expect(told).toEqual([[], [details], [], []]);
  });

  it('comes again after use fell below the mark, and never for what is denied', async () => {
    const rig = openRig();
    expect((await rig.spend(HUNDRED, [send(80n)])).warnings).toHaveLength(1);
    expect(await rig.spend(HUNDRED, [send(21n)])).toMatchObject({ code: 'window_limit', warnings: [] });
    rig.clock.advance(2 * HOLD_MS);
    expect((await rig.spend(HUNDRED, [send(79n)])).warnings).toHaveLength(0);
    expect(await rig.spend(HUNDRED, [send(22n)])).toMatchObject({ code: 'window_limit', warnings: [] });
    expect((await rig.spend(HUNDRED, [send(21n)])).warnings.map(({ details }) => details['used'])).toEqual(['100']);
  });

  it('is set per cap, for the agent’s own limits at once, and each window has its own', async () => {
    const rig = openRig();
    const tenth = { window: 'day', max: '0.0000000000000001', warningThresholdPct: 10 } as const;
    const policy = withCaps(
      [
        { capId: 'early', scope: 'agent', ...tenth },
        { capId: 'early', scope: 'agent', ...tenth, window: 'week' },
      ],
      {
        limits: { daily: '0.0000000000000001', warningThresholdPct: 20 },
      },
    );
    const names = async (amount: bigint) => (await rig.spend(policy, [send(amount)])).warnings.map(({ details }) => details['rule']);
    expect(await names(9n)).toEqual([]);
    expect(await names(1n)).toEqual(['early.day', 'early.week']);
    expect(await names(9n)).toEqual([]);
    expect(await names(1n)).toEqual(['daily']);
  });

  it('is not guessed at for a window that is new to the account, and not missed after that', async () => {
    const rig = openRig();
    const day = { capId: 'c', scope: 'fleet', window: 'day', max: '0.0000000000000001' } as const;
    const id = rig.nextId();
    expect((await rig.spend(withCaps([day]), [send(85n)])).warnings).toHaveLength(1);
    await rig.redeem(id);
    await rig.settle(id, 'a1', 'final');
    const both = withCaps([day, { ...day, window: 'hour' }]);
    expect(await rig.spend(both, [send(1n)])).toMatchObject({ code: 'ok', warnings: [] });
    rig.clock.advance(2 * 3_600_000);
    expect((await rig.spend(both, [send(16n)])).code).toBe('window_limit');
    expect((await rig.spend(withCaps([{ ...day, window: 'hour' }]), [send(80n)])).warnings.map(({ details }) => details['used'])).toEqual([
      '80',
    ]);
  });

  it.each(['memory', 'sqlite'])('is exactly one of two hundred at once: %s', async (kind) => {
    const clock = createManualClock();
    const open = (name: string) => createSqliteStore({ path: join(folder, `${name}.sqlite`), clock, random: systemRandom() });
    const first = openRig(kind === 'memory' ? { clock } : { clock, store: await open('one') });
    const second = kind === 'memory' ? first : openRig({ clock, store: await open('one') });
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        (n % 2 === 0 ? first : second).spend(HUNDRED, [send(1n)], { id: `p${n}`, agentId: `a${n % 7}` }),
      ),
    );
    expect(all.filter(({ code }) => code === 'ok')).toHaveLength(100);
    const told = all.flatMap(({ warnings }) => warnings);
    expect(told.map(({ details }) => details['used'])).toEqual(['80']);
    await Promise.all([first.store.close(), second === first ? undefined : second.store.close()]);
  });
});
