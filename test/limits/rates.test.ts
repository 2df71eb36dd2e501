import { describe, expect, it } from 'vitest';
import { eventsIn, type RateRow, storeKey } from '../../src/core/index.ts';
import type { Permissions } from '../../src/index.ts';
import { BASE, policyOf, send } from '../authz/fixture.ts';
import { openRig, WIDE } from './rig.ts';

type Rates = NonNullable<Permissions['rateLimiting']>;
const ruled = (rateLimiting: Rates) => policyOf({ ...WIDE, rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0, ...rateLimiting } });
const asked = (n: number, agentId = 'a1', userId = 'u1') => ({ id: `q${n}-${agentId}`, agentId, userId });

describe('a rate', () => {
  it.each([
    ['burst', 10_000],
    ['maxPerMinute', 60_000],
    ['maxPerHour', 3_600_000],
    ['maxPerDay', 86_400_000],
  ] as const)('%s lets so many through in its span, to the millisecond', async (field, spanMs) => {
    const rig = openRig();
    const policy = ruled({ [field]: 3 });
    const codes: string[] = [];
    const spend = async () => codes.push((await rig.spend(policy, [send(1n)])).code);
    await spend();
    rig.clock.advance(1);
    for (let n = 0; n < 3; n++) await spend();
    expect(codes.splice(0)).toEqual(['ok', 'ok', 'ok', 'rate_limited']);
    rig.clock.advance(spanMs - 2);
    await spend();
    rig.clock.advance(1);
    await spend();
    await spend();
    expect(codes).toEqual(['rate_limited', 'ok', 'rate_limited']);
  });

  it('says which bound, and when the next one fits', async () => {
    const rig = openRig();
    const policy = ruled({ burst: 2, maxPerDay: 2 });
    await rig.spend(policy, [send(1n)]);
    await rig.spend(policy, [send(1n)]);
    const { judgement } = await rig.spend(policy, [send(1n)]);
    expect(judgement.reasons.map(({ rule, limit, resetsAtMs }) => [rule, limit, (resetsAtMs ?? 0) - rig.clock.nowMs()])).toEqual([
      ['burst', '2', 10_000],
      ['maxPerDay', '2', 86_400_000],
    ]);
  });

  it('per user is one for all agents of the user, whatever their number, and for no other user’s', async () => {
    const rig = openRig();
    const policy = ruled({ perUser: { maxPerHour: 4, burst: 3 } });
    const codes = async (from: number, count: number, userId = 'u1') => {
      const all = await Promise.all(
        Array.from({ length: count }, (_, n) => rig.spend(policy, [send(1n)], asked(from + n, `a${from + n}`, userId))),
      );
      return all.filter(({ code }) => code === 'ok').length;
    };
    expect(await codes(0, 30)).toBe(3);
    expect(await codes(100, 1, 'u2')).toBe(1);
    rig.clock.advance(10_000);
    expect(await codes(200, 30)).toBe(1);
    const { judgement } = await rig.spend(policy, [send(1n)], asked(300, 'fresh'));
    expect(judgement.reasons.map(({ rule }) => rule)).toEqual(['perUser.maxPerHour']);
  });

  it('per user may be a cooldown alone', async () => {
    const rig = openRig();
    const policy = ruled({ perUser: { cooldownSeconds: 60 } });
    expect((await rig.spend(policy, [send(1n)], asked(1, 'a1'))).code).toBe('ok');
    expect((await rig.spend(policy, [send(1n)], asked(2, 'a2'))).judgement.reasons[0]).toMatchObject({
      code: 'cooldown_active',
      rule: 'perUser.cooldownSeconds',
      resetsAtMs: rig.clock.nowMs() + 60_000,
    });
    rig.clock.advance(60_000);
    expect((await rig.spend(policy, [send(1n)], asked(3, 'a2'))).code).toBe('ok');
  });

  it('of the deployment stands where a policy says nothing, field by field', () => {
    const base = { ...BASE, rateLimiting: { maxPerHour: 7, cooldownSeconds: 5, burst: 2, perUser: { maxPerDay: 9 } } };
    const { rate } = policyOf({ ...WIDE, rateLimiting: { maxPerMinute: 4, perUser: { burst: 1 } } }, base);
    expect(rate).toEqual({
      maxPerMinute: 4,
      maxPerHour: 7,
      maxPerDay: null,
      burst: 2,
      cooldownMs: 5_000,
      perUser: { maxPerMinute: null, maxPerHour: null, maxPerDay: 9, burst: 1, cooldownMs: 0 },
    });
  });

  it('costs no more the longer the history is', async () => {
    const rig = openRig();
    const policy = ruled({ maxPerDay: 100_000 });
    const size = async () => {
      const [row] = await rig.store.get([storeKey.rate('agent:a1:approved:day')]);
      expect(eventsIn(row as unknown as RateRow, 86_400_000, rig.clock.nowMs()).count).toBeGreaterThan(0);
      return JSON.stringify(row).length;
    };
    const sizes: number[] = [];
    for (let n = 1; n <= 600; n++) {
      rig.clock.advance(400_000);
      expect((await rig.spend(policy, [send(1n)])).code).toBe('ok');
      if (n % 300 === 0) sizes.push(await size());
    }
    expect(Math.abs((sizes[1] ?? 0) - (sizes[0] ?? 0))).toBeLessThan(64);
    expect(sizes[1]).toBeLessThan(2_000);
  });
});
