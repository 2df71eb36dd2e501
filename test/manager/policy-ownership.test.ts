import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TEMPLATES, type Permissions } from '../../src/authz/index.ts';
import { isTightening } from '../../src/manager/policies/tightening.ts';
import { BOB as BOB_ID, bench, call, docRow, EVE, ether, fee, input, policyOf, ROUTER, request, send, USDC } from '../authz/fixture.ts';
import { CAROL, type Hooks, withHooks } from '../e2e/bench.ts';
import { allowed, BOB, person, registered } from './fixture.ts';
import { events, memory, OPEN, policiesOn, rule } from './policy-fixture.ts';

const olga = person('olga');
const mallory = person('mallory');
const registry = { keys: [registered(olga, 'owner')] };

describe('an owned deployment', () => {
  const owned = async (start: unknown = OPEN) => {
    const store = memory();
    const policy = policiesOn(store, { registry });
    await policy.createAgent('a1', start);
    return { store, policy };
  };
  const deny = rule();
  const listed = {
    ...OPEN,
    allowedDestinations: [BOB, CAROL],
    allowedTokens: ['ETH', 'USDC'],
    rules: [deny, rule({ id: 'ok', action: 'allow', conditions: [] })],
  };

  it.each<[string, unknown]>([
    ['a lower limit', { limits: { daily: 10 } }],
    ['a capability taken away', { capabilities: { nft: { enabled: false } } }],
    ['a shorter list', { allowedDestinations: [BOB] }],
    ['fewer tokens', { allowedTokens: ['ETH'] }],
    ['a slower pace', { rateLimiting: { cooldownSeconds: 60 } }],
    ['a person to ask', { requireApproval: true }],
    ['a fee ceiling', { maxFee: '0.01' }],
    ['hours', { timeRestrictions: [{ startHour: 8, endHour: 18 }] }],
    ['a stricter rule', { rules: [rule({ conditions: [{ field: 'amount', operator: 'gte', value: 40 }] })] }],
    ['a rule for everything', { rules: [rule({ id: 'all', conditions: [] })] }],
    [
      'a denial of either',
      { rules: [rule({ conditions: [{ any: [...deny.conditions, { field: 'amount', operator: 'gte', value: 40 }] }] })] },
    ],
    ['a denial turned round twice', { rules: [rule({ conditions: deny.conditions.map((condition) => ({ not: { not: condition } })) })] }],
    ['hours of one zone', { timeRestrictions: [{ timezone: 'Europe/Berlin', startHour: 8, endHour: 18 }] }],
  ])('tightens without asking: %s', async (_what, change) => {
    const { policy } = await owned(listed);
    expect((await policy.proposeChange('a1', { kind: 'update', permissions: change })).loosens).toBe(false);
    await policy.updateAgent('a1', change);
  });

  it.each<[string, unknown]>([
    ['a higher limit', { limits: { perTransaction: 1_001 } }],
    ['another unit', { limits: { unit: 'USDC' } }],
    ['limits of its own for an asset', { limits: { assets: { USDC: { daily: 1 } } } }],
    ['a longer list', { allowedDestinations: [BOB, CAROL, `0x${'77'.repeat(20)}`] }],
    ['another list', { allowedDestinations: [`0x${'77'.repeat(20)}`] }],
    ['a faster pace', { rateLimiting: { maxPerHour: 1_001 } }],
    ['one lower, one higher', { limits: { daily: 1, weekly: 20_001 } }],
    ['a contract', { allowedContracts: [{ address: CAROL }] }],
    ['a spender', { capabilities: { approvals: { enabled: true, spenders: [CAROL] } } }],
    ['unlimited allowances', { capabilities: { approvals: { enabled: true, unlimited: true } } }],
    ['a hazard', { allowedHazards: ['destroys_account'] }],
    ['no simulation', { requireSimulation: false }],
    ['a strategy', { strategies: [{ id: 's1' }] }],
    ['a denial that became a question', { rules: [{ ...deny, action: 'escalate' }] }],
    ['a denial that sees less', { rules: [rule({ conditions: [{ field: 'amount', operator: 'gt', value: 51 }] })] }],
    [
      'a denial that sees one token alone',
      { rules: [rule({ conditions: [...deny.conditions, { field: 'asset', operator: 'eq', value: 'ETH' }] })] },
    ],
    ['a denial with another field', { rules: [rule({ conditions: [{ field: 'value', operator: 'gt', value: 50 }] })] }],
    ['no denial any more', { rules: [] }],
    [
      'a denial that no longer sees fees',
      { allowedTokens: ['ETH'], rules: [rule({ conditions: [{ field: 'asset', operator: 'eq', value: 'ETH' }] })] },
    ],
    [
      'a denial of either that became one of both',
      { rules: [rule({ conditions: [{ all: [...deny.conditions, { field: 'hour', operator: 'lt', value: 9 }] }] })] },
    ],
    ['a denial turned round', { rules: [rule({ conditions: deny.conditions.map((condition) => ({ not: condition })) })] }],
    ['a better label', { maxTrust: 'owner' }],
    [
      'hours of another zone',
      {
        timeRestrictions: [
          { timezone: 'Europe/Berlin', startHour: 0, endHour: 23 },
          { type: 'deny', startHour: 0, endHour: 1 },
        ],
      },
    ],
    ['another template', { template: 'aggressive', limits: { daily: 5_001 } }],
  ])('asks the owners: %s', async (_what, change) => {
    const { policy, store } = await owned(listed);
    const { digest } = await policy.getAgent('a1');
    await expect(policy.updateAgent('a1', change)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    expect((await policy.getAgent('a1')).digest).toBe(digest);
    expect((await events(store)).filter(({ agent }) => agent === 'a1')).toHaveLength(1);
    const { facts, loosens } = await policy.proposeChange('a1', { kind: 'update', permissions: change });
    expect(loosens).toBe(true);
    for (const wrong of [
      allowed('policy.change', facts, mallory),
      allowed('list.change', facts, olga),
      allowed('policy.change', { ...(facts as object), agentId: 'a2' }, olga),
    ])
      await expect(policy.updateAgent('a1', change, { authorization: wrong })).rejects.toMatchObject({ name: 'CastellanError' });
    const authorization = allowed('policy.change', facts, olga);
    await policy.updateAgent('a1', change, { authorization });
    expect((await policy.getAgent('a1')).digest).not.toBe(digest);
  });

  const ETHER = { field: 'asset', operator: 'eq', value: 'ETH' };
  it.each<[string, object, object]>([
    ['naming somebody, who then is no stranger', {}, { allowedDestinations: [BOB] }],
    [
      'calling a contract something else',
      { allowedContracts: [{ address: BOB }] },
      { allowedContracts: [{ address: BOB, capability: 'trading' }] },
    ],
    ['a later end', { allowedContracts: [{ address: BOB, expiresAt: 5 }] }, { allowedContracts: [{ address: BOB, expiresAt: 6 }] }],
    ['more methods', { allowedContracts: [{ address: BOB, selectors: ['12345678'] }] }, { allowedContracts: [{ address: BOB }] }],
    [
      'a denial that spares the amount itself',
      { rules: [rule({ conditions: [{ field: 'amount', operator: 'gte', value: 50 }] })] },
      { rules: [rule()] },
    ],
    [
      'a denial of all, which the fee never meets',
      { rules: [rule({ conditions: [...rule().conditions, ETHER] })] },
      { rules: [rule({ conditions: [ETHER] })] },
    ],
    ['longer hours', { timeRestrictions: [{ startHour: 8, endHour: 9 }] }, { timeRestrictions: [{ startHour: 8, endHour: 10 }] }],
    [
      'another strategy under a known name',
      { strategies: [{ id: 's', operations: ['transfer'] }] },
      { strategies: [{ id: 's', operations: ['transfer', 'swap'] }] },
    ],
    ['no strategy under a known name', { strategies: [{ id: 's', operations: ['transfer'] }] }, { strategies: [] }],
    [
      'slippage unbounded',
      { capabilities: { trading: { enabled: true, maxSlippage: 0.01 } } },
      { capabilities: { trading: { enabled: true } } },
    ],
  ])('asks the owners also for %s', async (_what, before, after) => {
    const { policy } = await owned({ ...OPEN, ...before });
    const replaced = { kind: 'create', permissions: { ...OPEN, ...after } } as const;
    expect((await policy.proposeChange('a1', replaced)).loosens).toBe(true);
    await expect(policy.createAgent('a1', replaced.permissions)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
  });

  it('lets a signature stand for the permissions it was given for, not for what others made of them meanwhile', async () => {
    const hooks: Hooks = {};
    const store = withHooks(memory(), hooks);
    const policy = policiesOn(store, { registry });
    await policy.createAgent('a1', OPEN);
    const change = { limits: { daily: 9_000 } };
    const { facts } = await policy.proposeChange('a1', { kind: 'update', permissions: change });
    hooks.beforeApply = async (commands) => {
      if (!commands.some((command) => (command as { key?: string }).key === 'policy/a1')) return;
      delete hooks.beforeApply;
      await policiesOn(store, { registry }).addRule('a1', rule());
    };
    const running = policy.updateAgent('a1', change, { authorization: allowed('policy.change', facts, olga) });
    await expect(running).rejects.toMatchObject({ code: expect.stringMatching(/AUTHORITY_REQUIRED|SIGNATURE_INVALID/) });
    const { permissions, rules } = await policy.getAgent('a1');
    expect([permissions.limits?.daily, rules]).toEqual([5_000, [rule()]]);
  });

  it('takes rules as what they do, not as what they are called', async () => {
    const { policy } = await owned();
    await policy.addRule('a1', deny);
    await policy.addRule('a1', rule({ id: 'ask', action: 'escalate', conditions: [{ field: 'amount', operator: 'gt', value: 10 }] }));
    for (const id of ['r1', 'ask']) await expect(policy.removeRule('a1', id), id).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const opening = rule({ id: 'deny-nothing', name: 'A tightening', action: 'allow', conditions: [] });
    await expect(policy.addRule('a1', opening)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const { facts } = await policy.proposeChange('a1', { kind: 'add_rule', rule: opening });
    await policy.addRule('a1', opening, { authorization: allowed('policy.change', facts, olga) });
    await policy.removeRule('a1', 'deny-nothing');
  });

  it('gives a removed agent back to its user alone, and by its owners', async () => {
    const { policy, store } = await owned();
    await policy.deleteAgent('a1');
    await expect(policy.createAgent('a1', OPEN)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(policy.createAgent('a1', DEFAULT_TEMPLATES.conservative)).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const { facts } = await policy.proposeChange('a1', { kind: 'create', permissions: OPEN });
    const authorization = allowed('policy.change', facts, olga);
    await expect(policy.createAgent('a1', OPEN, { userId: 'mallory', authorization })).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
    expect(await policy.createAgent('a1', OPEN, { authorization })).toMatchObject({ userId: 'owner' });
    const pinned = policiesOn(store);
    await expect(
      pinned.updateAgent('a1', { limits: { daily: 9_999 } }),
      'a store with owners, opened by who pins none',
    ).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

describe('what counts as a tightening', () => {
  const amount = fc.constantFrom('1', '2', '5', '9');
  const condition = fc.oneof(
    fc.record({ field: fc.constant('amount'), operator: fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'ne'), value: amount }),
    fc.record({
      field: fc.constant('destination'),
      operator: fc.constantFrom('in', 'not_in'),
      value: fc.subarray([BOB_ID, EVE], { minLength: 1 }),
    }),
    fc.record({ field: fc.constant('asset'), operator: fc.constantFrom('eq', 'ne'), value: fc.constantFrom('ETH', 'USDC') }),
    fc.record({ field: fc.constant('listed'), operator: fc.constant('eq'), value: fc.boolean() }),
  );
  const custom = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('x', 'y', 'z'),
      conditions: fc.array(condition, { maxLength: 2 }),
      action: fc.constantFrom('allow', 'deny', 'escalate'),
    }),
    { selector: ({ id }) => id, maxLength: 3 },
  );
  const toggle = fc.constantFrom({ enabled: true }, { enabled: false }, { enabled: true, readOnly: true });
  const permissions = fc.record(
    {
      capabilities: fc.record({ transfers: toggle, contracts: toggle, trading: toggle }, { requiredKeys: [] }),
      limits: fc.record({ perTransaction: amount, daily: fc.constantFrom('5', '20') }, { requiredKeys: [] }),
      allowedDestinations: fc.subarray([BOB_ID as string, EVE]),
      allowedTokens: fc.subarray(['ETH', 'USDC'], { minLength: 1 }),
      allowedContracts: fc.constantFrom(
        [{ address: ROUTER as string }],
        [{ address: ROUTER as string, selectors: ['0x12345678'] }],
        [{ address: ROUTER as string, capability: 'trading' as const }],
      ),
      rules: custom,
      requireApproval: fc.boolean(),
      requireApprovalAbove: amount,
      maxFee: fc.constantFrom('0', '1'),
      timeRestrictions: fc.constantFrom([{ startHour: 0, endHour: 12 }], [{ type: 'deny' as const, startHour: 8, endHour: 9 }], []),
    },
    { requiredKeys: [] },
  );
  const SCENES = [
    [fee(), send(ether('1'))],
    [fee(), send(ether('6'))],
    [fee(), send(ether('2'), EVE)],
    [fee(), send(5_000_000n, BOB_ID, USDC), send(ether('1'), EVE, undefined, '1')],
    [fee(), call(), send(ether('1'), ROUTER)],
    [fee(ether('3')), call(ROUTER, '0x87654321')],
  ];
  /** Often only one field is another: two whole policies are seldom comparable. */
  const changed = (first: object, second: object, key: number): object => {
    const field = Object.entries(second)[key];
    return field === undefined ? { ...first, ...second } : { ...first, [field[0]]: field[1] };
  };
  const RANK = { approved: 0, escalated: 1, denied: 2 } as const;

  it('never lets pass what was denied, nor spares a person what was asked', async () => {
    const { judge } = bench({ settings: { riskEnabled: false, allowUnenforced: true, anomalyThreshold: 100 } });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(permissions, permissions, fc.nat(11), async (first, second, key) => {
        const before = policyOf(first as Permissions);
        const after = policyOf(changed(first, second, key) as Permissions);
        if (!isTightening(before, after)) return;
        if (before.digest !== after.digest) compared += 1;
        for (const effects of SCENES) {
          const scene = {
            effects,
            request: request({ type: 'transaction', declared: { asset: null, amount: null, destination: null } }),
            rows: docRow('unrelated', null),
          };
          const [old, now] = await Promise.all([
            judge.judge(input({ ...scene, policy: before })),
            judge.judge(input({ ...scene, policy: after })),
          ]);
          expect(
            RANK[now.verdict],
            JSON.stringify([first, second, effects.length], (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
          ).toBeGreaterThanOrEqual(RANK[old.verdict]);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(compared, 'it is not only sameness').toBeGreaterThan(100);
  });
});
