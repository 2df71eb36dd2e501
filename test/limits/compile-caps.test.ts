import { describe, expect, it } from 'vitest';
import type { CapInput } from '../../src/authz/index.ts';
import type { PolicyBase } from '../../src/index.ts';
import { isTightening } from '../../src/manager/policies/tightening.ts';
import { BASE, ETH, policyOf, USDC } from '../authz/fixture.ts';
import { WIDE, withCaps } from './rig.ts';

const CAP = { capId: 'c', scope: 'agent', window: 'day', max: 5 } as const satisfies CapInput;
const problemsOf = (caps: readonly unknown[], base?: PolicyBase): string => {
  try {
    withCaps(caps as CapInput[], {}, base);
    return '';
  } catch (error) {
    return (error as { details: { problems: readonly string[] } }).details.problems.join('; ');
  }
};

describe('caps as they are written', () => {
  it('come to one account a name, and a window each', () => {
    const [cap, ...more] = withCaps([CAP, { ...CAP, window: 'total', max: '7.5', warningThresholdPct: 33 }]).caps;
    expect(more).toEqual([]);
    expect(cap).toEqual({
      capId: 'c',
      scope: 'agent',
      of: 'agent',
      asset: null,
      spec: {
        unit: ETH,
        windows: [
          {
            windowMs: 86_400_000,
            limit: '5000000000000000000',
            rule: 'c.day',
            warn: { at: '4000000000000000000', percent: 80, crosses: false },
          },
          {
            windowMs: null,
            limit: '7500000000000000000',
            rule: 'c.total',
            warn: { at: '2475000000000000000', percent: 33, crosses: false },
          },
        ],
      },
    });
  });

  it('count by recipient, contract and asset for everybody unless told whose', () => {
    const ofs = (['asset', 'recipient', 'contract'] as const).map((scope) => withCaps([{ ...CAP, scope }]).caps[0]?.of);
    expect(ofs).toEqual(['fleet', 'fleet', 'fleet']);
    expect(withCaps([{ ...CAP, scope: 'recipient', of: 'user', asset: 'USDC' }]).caps[0]).toMatchObject({ of: 'user', asset: USDC });
  });

  it.each([
    ['no window', [{ capId: 'c', scope: 'agent', max: 5 }], 'window'],
    ['two windows', [{ ...CAP, windowMs: 5_000 }], 'window'],
    ['unit and asset', [{ ...CAP, unit: 'USD', asset: 'USDC' }], 'not both'],
    ['another holder than the scope', [{ ...CAP, of: 'fleet' }], '.of'],
    ['an unknown scope', [{ ...CAP, scope: 'planet' }], 'scope'],
    ['an unknown asset', [{ ...CAP, asset: 'NOPE' }], 'asset'],
    ['a name that is none', [{ ...CAP, capId: 'a:b' }], 'capId'],
    ['one window twice', [CAP, { ...CAP, windowMs: 86_400_000, window: undefined }], 'twice'],
    ['a name for two accounts', [CAP, { ...CAP, scope: 'fleet', window: 'week' }], 'something else'],
    ['an unknown field', [{ ...CAP, color: 1 }], 'color'],
    ['a threshold of nothing', [{ ...CAP, warningThresholdPct: 0 }], 'warningThresholdPct'],
  ])('are refused with %s', (_name, caps, word) => {
    expect(problemsOf(caps)).toContain(word);
  });

  it('of the deployment stand beside a policy’s own, and are read as strictly', () => {
    const base: PolicyBase = {
      ...BASE,
      limits: { ...BASE.limits, hourly: 3, total: 9, caps: [{ ...CAP, capId: 'house', scope: 'fleet' }] },
    };
    const { caps, unitCap } = withCaps([CAP], {}, base);
    expect(caps.map(({ capId }) => capId)).toEqual(['house', 'c']);
    expect(unitCap.windows.map(({ rule, windowMs }) => [rule, windowMs])).toEqual([
      ['perTransaction', 0],
      ['hourly', 3_600_000],
      ['daily', 86_400_000],
      ['weekly', 604_800_000],
      ['monthly', 2_592_000_000],
      ['total', null],
    ]);
    expect(problemsOf([{ ...CAP, capId: 'house' }], base)).toContain('something else');
    expect(problemsOf([], { ...base, limits: { ...base.limits, caps: [{ ...CAP, max: -1 }] } })).toContain('defaultLimits.caps[0]');
  });
});

describe('a change of caps and rates', () => {
  const rates = (over: object) => policyOf({ ...WIDE, rateLimiting: { maxPerHour: 5, cooldownSeconds: 0, ...over } });
  it.each([
    ['a new cap', withCaps([]), withCaps([CAP])],
    ['a lower cap', withCaps([CAP]), withCaps([{ ...CAP, max: 4 }])],
    ['a further window', withCaps([CAP]), withCaps([CAP, { ...CAP, window: 'hour' }])],
    ['an earlier warning', withCaps([CAP]), withCaps([{ ...CAP, warningThresholdPct: 50 }])],
    ['an hourly limit', withCaps([]), withCaps([], { limits: { hourly: 3, total: 4 } })],
    ['a burst', rates({}), rates({ burst: 3, maxPerMinute: 3, maxPerDay: 9 })],
    ['a bound per user', rates({}), rates({ perUser: { maxPerDay: 5 } })],
  ])('that tightens asks nobody, and back asks the owners: %s', (_name, loose, strict) => {
    expect([isTightening(loose, strict), isTightening(strict, loose)]).toEqual([true, false]);
  });

  it.each([
    ['another scope', [{ ...CAP, scope: 'fleet' }]],
    ['another asset', [{ ...CAP, asset: 'ETH' }]],
    ['another name', [{ ...CAP, capId: 'd' }]],
    ['another window', [{ ...CAP, window: 'week' }]],
    ['another unit', [{ ...CAP, unit: 'USD' }]],
  ])('is none for one of %s', (_name, caps) => {
    expect(isTightening(withCaps([CAP]), withCaps(caps as CapInput[]))).toBe(false);
  });
});
