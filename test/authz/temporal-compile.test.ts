import { describe, expect, it } from 'vitest';
import type { TemporalRuleInput } from '../../src/authz/index.ts';
import { compilePolicy } from '../../src/authz/index.ts';
import type { AssetId } from '../../src/core/index.ts';
import { isTightening } from '../../src/manager/policies/tightening.ts';
import { BASE, OPEN, policyOf, ROUTER, TOKENS, USDC } from './fixture.ts';

const HOUR = 3_600_000;
const compiled = (...temporalRules: readonly TemporalRuleInput[]) => policyOf({ ...OPEN, temporalRules });
const failing = (
  threshold: number,
  windowMs = HOUR,
  consequence: 'reject' | 'require_approval' | 'flag_for_review' = 'reject',
): TemporalRuleInput => ({
  predicate: { kind: 'simulation_failure_rate', windowMs, threshold },
  consequence,
});

describe('temporal rules as people write them', () => {
  it('reads every field that a rule may have', () => {
    const { temporal } = compiled(
      { predicate: { kind: 'simulation_failure_rate', windowMs: HOUR, threshold: 3 }, consequence: { kind: 'require_approval' } },
      {
        predicate: {
          kind: 'contract_call_frequency',
          windowMs: 300_000,
          contractAddress: ROUTER.slice(9),
          chain: 'eip155:1',
          threshold: 10,
        },
        consequence: 'reject',
        label: 'calls',
      },
      { predicate: { kind: 'success_drought', windowMs: HOUR, threshold: 1, warmUpMs: 5, minOutcomes: 7 }, consequence: 'flag_for_review' },
      { predicate: { kind: 'success_drought', windowMs: HOUR, threshold: 2 }, consequence: 'reject', label: 'dry' },
      { predicate: { kind: 'spend_velocity', windowMs: 1_800_000, maxAmount: 50_000n, token: 'USDC' }, consequence: 'reject' },
      {
        predicate: { kind: 'spend_velocity', windowMs: 1_800_000, maxAmount: '50000', token: 'USDC', decimals: 6 },
        consequence: 'reject',
        label: 'base',
      },
      { predicate: { kind: 'consecutive_failures', count: 5 }, consequence: 'reject' },
    );
    expect(temporal.map(({ id, then, when }) => [id, then, when])).toEqual([
      ['temporal.simulation_failure_rate', 'escalate', [{ field: 'simulation_failure_rate', operator: 'gte', value: '3', windowMs: HOUR }]],
      ['temporal.calls', 'deny', [{ field: 'contract_call_frequency', operator: 'gt', value: '10', windowMs: 300_000, contract: ROUTER }]],
      [
        'temporal.success_drought',
        'review',
        [{ field: 'success_drought', operator: 'lt', value: '1', windowMs: HOUR, warmUpMs: 5, minOutcomes: 7 }],
      ],
      ['temporal.dry', 'deny', [{ field: 'success_drought', operator: 'lt', value: '2', windowMs: HOUR, warmUpMs: HOUR, minOutcomes: 2 }]],
      [
        'temporal.spend_velocity',
        'deny',
        [{ field: 'spend_velocity', operator: 'gte', value: '50000000000', windowMs: 1_800_000, asset: USDC }],
      ],
      ['temporal.base', 'deny', [{ field: 'spend_velocity', operator: 'gte', value: '50000', windowMs: 1_800_000, asset: USDC }]],
      ['temporal.consecutive_failures', 'deny', [{ field: 'consecutive_failures', operator: 'gte', value: '5', windowMs: null }]],
    ]);
  });

  it('counts a token by each chain that it is on', () => {
    const twin = { asset: `eip155:10/erc20:0x${'aa'.repeat(20)}` as AssetId, symbol: 'USDC', decimals: 6 };
    const temporalRules = [{ predicate: { kind: 'spend_velocity', windowMs: HOUR, maxAmount: 1, token: 'USDC' }, consequence: 'reject' }];
    const { temporal } = compilePolicy({ ...OPEN, temporalRules }, [...TOKENS, twin], BASE);
    expect(temporal[0]?.when.map(({ asset }) => asset)).toEqual([USDC, twin.asset]);
  });

  it('refuses what cannot be meant', () => {
    const velocity = (over: object) => [
      { predicate: { kind: 'spend_velocity', windowMs: HOUR, maxAmount: 1, token: 'USDC', ...over }, consequence: 'reject' },
    ];
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [[failing(1), failing(2)], /label: simulation_failure_rate is there twice/],
      [velocity({ maxAmount: 0 }), /maxAmount: must be above 0/],
      [velocity({ maxAmount: '0.0000001' }), /maxAmount: must be above 0, with no more decimals/],
      [velocity({ maxAmount: '1e3' }), /exact decimal/],
      [velocity({ token: 'NOPE' }), /no token on the list/],
      [velocity({ decimals: 18 }), /decimals: the token has 6/],
      [[failing(257)], /threshold/],
      [[failing(0)], /threshold/],
      [[failing(1, 0)], /windowMs/],
      [[failing(1, 91 * 86_400_000)], /windowMs/],
      [[{ ...failing(1), consequence: 'ignore' }], /consequence/],
      [[{ ...failing(1), colour: 'red' }], /unknown field/],
      [[{ ...failing(1), label: 'a b' }], /label/],
      [[{ predicate: { kind: 'full_moon', windowMs: 1 }, consequence: 'reject' }], /predicate/],
      [Array.from({ length: 17 }, (_, at) => ({ ...failing(1), label: `r${at}` })), /temporalRules/],
    ];
    for (const [temporalRules, message] of wrong)
      expect(() => policyOf({ ...OPEN, temporalRules: temporalRules as readonly TemporalRuleInput[] }), String(message)).toThrow(message);
  });

  it('are tightened by more of them, lower thresholds, longer windows and graver consequences, and by nothing else', () => {
    const tightens = (before: readonly TemporalRuleInput[], after: readonly TemporalRuleInput[]): boolean =>
      isTightening(compiled(...before), compiled(...after));
    expect(tightens([], [failing(3)])).toBe(true);
    expect(tightens([failing(3)], [])).toBe(false);
    expect(tightens([failing(3)], [failing(2)])).toBe(true);
    expect(tightens([failing(2)], [failing(3)])).toBe(false);
    expect(tightens([failing(3, HOUR)], [failing(3, 2 * HOUR)])).toBe(true);
    expect(tightens([failing(3, 2 * HOUR)], [failing(3, HOUR)])).toBe(false);
    expect(tightens([failing(3, HOUR, 'require_approval')], [failing(3)])).toBe(true);
    expect(tightens([failing(3)], [failing(3, HOUR, 'require_approval')])).toBe(false);
    expect(tightens([failing(3, HOUR, 'require_approval')], [failing(3, HOUR, 'flag_for_review')])).toBe(false);
    const dry = (threshold: number, over: object = {}): TemporalRuleInput => ({
      predicate: { kind: 'success_drought', windowMs: HOUR, threshold, warmUpMs: 10, minOutcomes: 2, ...over },
      consequence: 'reject',
    });
    expect(tightens([dry(1)], [dry(2)])).toBe(true);
    expect(tightens([dry(2)], [dry(1)])).toBe(false);
    expect(tightens([dry(2)], [dry(2, { warmUpMs: 11 })])).toBe(false);
    expect(tightens([dry(2)], [dry(2, { minOutcomes: 1 })])).toBe(true);
  });
});
