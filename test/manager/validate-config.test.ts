import { describe, expect, it } from 'vitest';
import { policyAnd, policyLeaf, type ValidateOptions, validateConfig } from '../../src/index.ts';
import { BASE, BOB, ROUTER, TOKENS } from '../authz/fixture.ts';

const SOUND = {
  capabilities: { transfers: { enabled: true }, contracts: { enabled: true } },
  limits: { unit: 'ETH', perTransaction: 1, daily: 5, weekly: 20, monthly: 50 },
  allowedDestinations: [BOB],
};
const rule = (id: string, action: string, ...conditions: readonly (readonly [string, string, unknown])[]) => ({
  id,
  action,
  conditions: conditions.map(([field, operator, value]) => ({ field, operator, value })),
});
const warnings = (policy: object, options: ValidateOptions = {}): readonly string[] =>
  validateConfig({ ...SOUND, ...policy }, { tokens: TOKENS, ...options }).warnings.map(({ code, path }) => `${code} ${path}`.trim());

describe('validateConfig', () => {
  it('finds nothing about a sound policy, with a token list and without', () => {
    expect(validateConfig(SOUND, { tokens: TOKENS })).toEqual({ valid: true, errors: [], warnings: [] });
    expect(validateConfig(SOUND)).toEqual({ valid: true, errors: [], warnings: [] });
    expect(validateConfig({ template: 'balanced' })).toEqual({ valid: true, errors: [], warnings: [] });
  });

  it('names every error by its path', () => {
    const found = validateConfig(
      { ...SOUND, colour: 'red', limits: { unit: 'ETH', daily: -1 }, allowedTokens: ['NOPE'] },
      { tokens: TOKENS },
    );
    expect(found.valid).toBe(false);
    expect(found.errors.map(({ path, code }) => `${path} ${code}`).toSorted()).toEqual([
      'colour unknown_field',
      'limits.daily invalid_field',
    ]);
    expect(validateConfig({ ...SOUND, allowedTokens: ['NOPE'] }, { tokens: TOKENS }).errors[0]?.path).toBe('allowedTokens[0]');
    expect(validateConfig(7).valid).toBe(false);
    expect(validateConfig({ template: 'none' }).errors).toHaveLength(1);
  });

  const contradictory = rule('never', 'deny', ['amount', 'gt', '5'], ['amount', 'lt', '3']);
  const bordering = rule('never', 'deny', ['amount', 'gt', '5'], ['amount', 'lte', '5']);
  const disjoint = rule('never', 'deny', ['asset', 'eq', 'ETH'], ['asset', 'in', ['USDC', 'WETH']]);
  const barred = rule('never', 'deny', ['asset', 'eq', 'ETH'], ['asset', 'ne', 'ETH']);

  it.each([
    [
      'unreachable_rule never',
      { rules: [contradictory] },
      { rules: [rule('never', 'deny', ['amount', 'gt', '5'], ['amount', 'lt', '6'])] },
    ],
    ['unreachable_rule never', { rules: [bordering] }, { rules: [rule('never', 'deny', ['amount', 'gte', '5'], ['amount', 'lte', '5'])] }],
    ['unreachable_rule never', { rules: [disjoint] }, { rules: [rule('never', 'deny', ['asset', 'eq', 'ETH'])] }],
    ['unreachable_rule never', { rules: [barred] }, { rules: [rule('never', 'deny', ['asset', 'ne', 'ETH'])] }],
    [
      'unreachable_rule ask',
      { rules: [rule('stop', 'deny', ['amount', 'gt', '5']), rule('ask', 'escalate', ['amount', 'gt', '9'])] },
      { rules: [rule('stop', 'deny', ['amount', 'gt', '9']), rule('ask', 'escalate', ['amount', 'gt', '5'])] },
    ],
    [
      'unreachable_rule humanApprovalThreshold',
      { maxSpendPerTx: { token: 'ETH', amount: 1 }, humanApprovalThreshold: { token: 'ETH', amount: 2 } },
      { maxSpendPerTx: { token: 'ETH', amount: 2 }, humanApprovalThreshold: { token: 'ETH', amount: 1 } },
    ],
    [
      'unreachable_rule allowedContracts[0]',
      { allowedContracts: [{ address: ROUTER, selectors: [] }] },
      { allowedContracts: [{ address: ROUTER }] },
    ],
    [
      'shadowed_rule narrow',
      { rules: [rule('wide', 'deny', ['amount', 'gt', '5']), rule('narrow', 'deny', ['amount', 'gt', '9'])] },
      { rules: [rule('wide', 'deny', ['amount', 'gt', '5']), rule('narrow', 'deny', ['asset', 'eq', 'USDC'])] },
    ],
    [
      'cap_never_binds limits.perTransaction',
      { limits: { ...SOUND.limits, perTransaction: 6 } },
      { limits: { ...SOUND.limits, perTransaction: 5 } },
    ],
    [
      'window_shorter_than_cooldown temporal.quick',
      {
        rateLimiting: { cooldownSeconds: 120 },
        temporalRules: [{ predicate: { kind: 'approval_flood', windowMs: 60_000, threshold: 2 }, consequence: 'reject', label: 'quick' }],
      },
      {
        rateLimiting: { cooldownSeconds: 60 },
        temporalRules: [{ predicate: { kind: 'approval_flood', windowMs: 60_000, threshold: 2 }, consequence: 'reject', label: 'quick' }],
      },
    ],
    [
      'window_shorter_than_cooldown rateLimiting.maxPerHour',
      { rateLimiting: { cooldownSeconds: 7_200 } },
      { rateLimiting: { cooldownSeconds: 3_600 } },
    ],
    ['no_simulation requireSimulation', { requireSimulation: false }, { requireSimulation: true }],
    ['nothing_allowed', { capabilities: {} }, {}],
    [
      'empty_tree policy.all/none',
      { policy: policyAnd([policyAnd([], 'none')], 'all') },
      { policy: policyAnd([policyLeaf({ chains: ['eip155:1'] }, 'some')], 'all') },
    ],
  ])('warns with %s, and not where it is otherwise', (told, strict, loose) => {
    expect(warnings(strict)).toContain(told);
    expect(warnings(loose)).not.toContain(told);
    expect(warnings(loose)).toEqual([]);
  });

  it('warns of caps above what the wallets hold', () => {
    expect(warnings({}, { balances: { ETH: '0.5' } })).toEqual([
      'cap_above_balance limits.perTransaction',
      'cap_above_balance limits.daily',
    ]);
    expect(warnings({}, { balances: { 'eip155:1/slip44:60': 3 } })).toEqual(['cap_above_balance limits.daily']);
    expect(warnings({}, { balances: { ETH: 5 } })).toEqual([]);
  });

  it('warns where people are asked and there is nobody', () => {
    const asks = {
      requireApprovalAbove: '1',
      temporalRules: [{ predicate: { kind: 'consecutive_failures', count: 3 }, consequence: 'require_approval' }],
      policy: policyLeaf({ requireApproval: true }, 'leaf'),
    };
    const missing = ['requireApprovalAbove', 'temporal.consecutive_failures', 'policy.leaf:requireApproval'];
    expect(warnings(asks, { approvers: 0 })).toEqual(missing.map((id) => `approval_route_missing ${id}`));
    expect(warnings(asks, { approvers: 1 })).toEqual([]);
    expect(warnings({}, { approvers: 0 })).toEqual([]);
  });

  it('warns where more people are needed than the registry has', () => {
    const approvalQuorums = [{ need: { approver: 2, owner: 1 }, reasons: ['risk_high'] as const }, { need: { operator: 3 } }];
    const few = warnings({ approvalQuorums }, { keys: { approver: 1, owner: 1 } });
    expect(few).toEqual(['quorum_unreachable approvalQuorums[0].need.approver', 'quorum_unreachable approvalQuorums[1].need.operator']);
    expect(warnings({ approvalQuorums }, { keys: { approver: 2, owner: 1, operator: 3 } })).toEqual([]);
    expect(warnings({ approvalQuorums })).toEqual([]);
    const base = { ...BASE, approvalQuorums: [{ need: { owner: 2 } }] };
    expect(warnings({}, { base, keys: { owner: 1 } })).toEqual(['quorum_unreachable base.approvalQuorums[0].need.owner']);
  });
});
