import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { compilePolicy, createJudge, DEFAULT_TEMPLATES } from '../../src/authz/index.ts';
import { type ChainId, createDeadlines } from '../../src/core/index.ts';
import type { Store } from '../../src/core/store.ts';
import { createPolicyFace } from '../../src/manager/policies/policy-face.ts';
import { createPolicies } from '../../src/manager/policies/policy-manager.ts';
import { createPolicyManager } from '../../src/manager/policies/stand-alone.ts';
import { standAlone } from '../../src/manager/policies/stand-alone-parts.ts';
import { createPolicyBook } from '../../src/manager/policy-book.ts';
import { BOB, CHAIN } from './fixture.ts';
import { base, ETH, events, memory, OPEN, policiesOn, rule, USD } from './policy-fixture.ts';

describe('the policy manager as the reference writes it', () => {
  it('registers agents by template, and adds and removes rules', async () => {
    const policy = createPolicyManager();
    for (const [id, name] of [
      ['agent-1', 'conservative'],
      ['agent-2', 'balanced'],
      ['agent-3', 'aggressive'],
    ] as const)
      expect((await policy.createAgent(id, DEFAULT_TEMPLATES[name])).permissions).toEqual(DEFAULT_TEMPLATES[name]);
    const newDestination = {
      id: 'new-dest-limit',
      name: 'New Destination Limit',
      conditions: [
        { field: 'amount', operator: 'gt', value: 50 },
        { field: 'isNewDestination', operator: 'eq', value: true },
      ],
      action: 'deny',
      priority: 100,
    };
    const afterHours = {
      id: 'after-hours',
      name: 'After Hours Approval',
      conditions: [
        { field: 'hour', operator: 'gte', value: 22 },
        { field: 'amount', operator: 'gt', value: 10 },
      ],
      action: 'escalate',
      priority: 50,
    };
    await policy.addRule('agent-1', newDestination);
    await policy.addRule('agent-1', afterHours);
    expect((await policy.getAgent('agent-1')).rules).toEqual([newDestination, afterHours]);
    await policy.removeRule('agent-1', 'new-dest-limit');
    expect((await policy.getAgent('agent-1')).rules).toEqual([afterHours]);
    const trade = await policy.checkCapability('agent-1', 'trade', { amount: 100, token: 'TON' });
    expect(trade).toMatchObject({ allowed: false, reason: expect.any(String), violatedRule: expect.any(String) });
  });

  it('lets an update inherit the rest of a template that is spread, and keep what it does not mention', async () => {
    const policy = policiesOn();
    await policy.createAgent('a1', {
      ...DEFAULT_TEMPLATES.conservative,
      limits: { unit: 'ETH', perTransaction: 10, daily: 50 },
      allowedDestinations: [BOB],
    });
    await policy.addRule('a1', rule());
    const { permissions, rules } = await policy.updateAgent('a1', { ...DEFAULT_TEMPLATES.balanced, limits: { perTransaction: 200 } });
    expect(permissions.limits).toEqual({ unit: 'ETH', perTransaction: 200, daily: 500, weekly: 2_000, monthly: 5_000 });
    expect(permissions).toMatchObject({ capabilities: DEFAULT_TEMPLATES.balanced.capabilities, allowedDestinations: [BOB] });
    expect(permissions.requireApproval, 'conservative asked a person, balanced does not').toBeUndefined();
    expect(rules).toEqual([rule()]);
    const named = await policy.updateAgent('a1', { template: 'conservative' });
    expect(named.permissions).toMatchObject({ requireApproval: true, limits: { unit: 'ETH', perTransaction: 10 }, rules: [rule()] });
    const patched = await policy.updateAgent('a1', { limits: { daily: 1 }, requireApproval: undefined });
    expect(patched.permissions).toMatchObject({ requireApproval: true, limits: { daily: 1, perTransaction: 10 } });
    const fresh = await policy.createAgent('a2', { ...DEFAULT_TEMPLATES.balanced, limits: { perTransaction: 200 } });
    expect(fresh.permissions.limits, 'not the deployment’s ten times wider day').toMatchObject({ daily: 500 });
  });

  it('says what it does not know', async () => {
    const policy = policiesOn();
    for (const ask of [
      () => policy.getAgent('nobody'),
      () => policy.updateAgent('nobody', OPEN),
      () => policy.deleteAgent('nobody'),
      () => policy.addRule('nobody', rule()),
      () => policy.removeRule('nobody', 'r1'),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
    await policy.createAgent('a1', OPEN);
    await expect(policy.removeRule('a1', 'r1')).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    await expect(policy.removeRule('a1', 'capability.transfers'), 'not a custom one').rejects.toMatchObject({ code: 'POLICY_INVALID' });
    for (const id of ['__proto__', '', 'a/b', 'x'.repeat(65)])
      await expect(policy.createAgent(id, OPEN)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(policy.getAgent('constructor')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  });
});

describe('what is stored cannot be reached from outside', () => {
  it('no template is changed through an agent, no agent through what it was made from or shown as', async () => {
    const store = memory();
    const policy = policiesOn(store);
    const before = structuredClone(DEFAULT_TEMPLATES.balanced);
    const view = await policy.createAgent('a1', DEFAULT_TEMPLATES.balanced);
    expect(() => Object.assign(view.permissions.limits as object, { perTransaction: 1e9 })).not.toThrow();
    (view.permissions as { capabilities?: unknown }).capabilities = {};
    expect(() => Object.assign(DEFAULT_TEMPLATES.balanced.limits as object, { daily: 1e9 })).toThrow();
    expect(DEFAULT_TEMPLATES.balanced).toEqual(before);
    expect((await policy.getAgent('a1')).permissions).toEqual(before);
    const mutable = structuredClone(OPEN) as { limits: { daily: number }; rules?: unknown[] };
    const running = policy.updateAgent('a1', mutable);
    mutable.limits.daily = 1e9;
    await running;
    mutable.limits.daily = 2e9;
    expect((await policy.getAgent('a1')).permissions.limits?.daily).toBe(5_000);
    const own = structuredClone(rule());
    const adding = policy.addRule('a1', own);
    own.action = 'allow';
    own.conditions.length = 0;
    await adding;
    expect((await policy.getAgent('a1')).rules).toEqual([rule()]);
    let reads = 0;
    const shifty = {
      get template() {
        reads += 1;
        return reads === 1 ? 'conservative' : 'aggressive';
      },
    };
    expect((await policy.updateAgent('a1', shifty)).permissions.requireApproval).toBe(true);
    expect(reads).toBe(1);
  });

  it('refuses rules of a wrong field, operator or type, patterns, and prototype keys, and stores nothing of them', async () => {
    const store = memory();
    const policy = policiesOn(store);
    const { digest } = await policy.createAgent('a1', OPEN);
    const condition = (over: object) => rule({ conditions: [{ field: 'amount', operator: 'gt', value: 50, ...over }] });
    for (const wrong of [
      condition({ field: 'amnt' }),
      condition({ field: '__proto__' }),
      condition({ field: 'constructor' }),
      condition({ operator: 'matches', value: '(a+)+$' }),
      condition({ operator: 'regex', value: /(a+)+$/ }),
      condition({ operator: '__proto__' }),
      condition({ value: '1e3' }),
      condition({ value: '0x10' }),
      condition({ value: -1 }),
      condition({ value: 0.5 }),
      condition({ value: true }),
      condition({ value: [1, 2] }),
      condition({ value: {} }),
      condition({ field: 'destination', operator: 'gt', value: BOB }),
      condition({ field: 'destination', operator: 'eq', value: 'bob' }),
      condition({ field: 'isNewDestination', operator: 'eq', value: 'true' }),
      rule({ action: 'permit' }),
      rule({ id: '' }),
      rule({ id: 'effects.unknown' }),
      rule({ when: [] }),
      JSON.parse('{"id":"x","conditions":[],"action":"allow","__proto__":{"polluted":true}}'),
      null,
      'deny',
      [],
      () => rule(),
    ])
      await expect(policy.addRule('a1', wrong), JSON.stringify(wrong)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((await policy.getAgent('a1')).digest).toBe(digest);
    expect(await store.logHead()).toMatchObject({ size: 1 });
    await policy.addRule('a1', condition({ value: '50.5' }));
    await expect(policy.addRule('a1', rule()), 'an id once').rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });

  it('logs each change in the step that makes it', async () => {
    const store = memory();
    const policy = policiesOn(store);
    const { digest } = await policy.createAgent('a1', OPEN);
    await policy.addRule('a1', rule());
    await policy.addRule('a1', rule({ id: 'free', action: 'allow', conditions: [] }));
    await policy.removeRule('a1', 'r1');
    await policy.deleteAgent('a1');
    const told = (await events(store)).map(({ type, agent, details }) => {
      const { action, loosens } = details as { action: string; loosens: boolean };
      return [type, agent, action, loosens];
    });
    expect(told).toEqual([
      ['permission_changed', 'a1', 'created', false],
      ['permission_changed', 'a1', 'rule_added', false],
      ['permission_changed', 'a1', 'rule_added', true],
      ['permission_changed', 'a1', 'rule_removed', true],
      ['permission_changed', 'a1', 'removed', false],
    ]);
    expect((await events(store))[1]).toMatchObject({ details: { previous: digest } });
  });
});

describe('the face of a house that is still being opened', () => {
  it('copies what it is handed before it waits', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const room = policiesOn();
    await room.createAgent('a1', OPEN);
    const face = createPolicyFace(async (work) => opened.then(() => work(room)));
    const [permissions, added, asked] = [structuredClone(OPEN), rule(), { amount: 1_000, token: 'ETH', destination: BOB }];
    const made = face.createAgent('a2', permissions);
    const ruled = face.addRule('a1', added);
    const answer = face.checkCapability('a1', 'transfer', asked);
    Object.assign(permissions.limits as object, { daily: 1e9 });
    Object.assign(added, { action: 'allow' });
    asked.amount = 1;
    open();
    expect((await made).permissions.limits?.daily).toBe(5_000);
    expect((await ruled).rules[0]?.action).toBe('deny');
    expect((await answer).allowed).toBe(false);
    await expect(face.updateAgent('a1', () => OPEN)).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect((await face.checkCapability('a1', 'transfer', (() => 1) as never)).allowed).toBe(false);
    expect((await face.proposeChange('a1', { kind: 'remove_rule', ruleId: 'r1' })).loosens).toBe(true);
    await face.removeRule('a1', 'r1');
    await face.deleteAgent('a1');
    await expect(face.getAgent('a1')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect(await face.listOrphanedWallets('owner')).toEqual([]);
  });
});

describe('writers at once', () => {
  it('lose no change, and none makes an agent live again that was removed', async () => {
    const store = memory();
    const managers = [policiesOn(store), policiesOn(store), policiesOn(store)];
    const pick = (index: number) => managers[index % 3] as (typeof managers)[number];
    await pick(0).createAgent('a1', OPEN);
    await Promise.all(Array.from({ length: 9 }, (_, index) => pick(index).addRule('a1', rule({ id: `r${index}` }))));
    expect((await pick(0).getAgent('a1')).rules.map(({ id }) => id).sort()).toEqual(Array.from({ length: 9 }, (_, index) => `r${index}`));
    await Promise.allSettled([
      ...Array.from({ length: 4 }, (_, index) => pick(index).updateAgent('a1', { limits: { daily: 100 + index } })),
      pick(1).deleteAgent('a1'),
      ...Array.from({ length: 4 }, (_, index) => pick(index).addRule('a1', rule({ id: `late${index}` }))),
      pick(2).deleteAgent('a1'),
    ]);
    await expect(pick(0).getAgent('a1')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect((await events(store)).filter(({ details }) => (details as { action?: string }).action === 'removed')).toHaveLength(1);
    const births = await Promise.allSettled(['ann', 'ben', 'cho'].map((userId, index) => pick(index).createAgent('b1', OPEN, { userId })));
    expect(births.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('the configuration', () => {
  const room = (store: Store) => {
    const clock = systemClock();
    const tokens = [ETH, USD];
    return createPolicies({
      ...standAlone({ store }),
      policies: createPolicyBook((permissions) => compilePolicy(permissions, tokens, base)),
      judge: createJudge({ clock, deadlines: createDeadlines(clock) }),
      chains: { ids: [CHAIN as ChainId], tokens: () => tokens },
      enabled: true,
      locallyHalted: () => false,
      decisionTimeoutMs: 5_000,
    });
  };

  it('founds agents, and neither undoes what was tightened since nor brings back who was removed', async () => {
    const store = memory();
    const policies = room(store);
    await policies.foundAgent('a1', 'owner', OPEN);
    await policies.addRule('a1', rule());
    await room(store).foundAgent('a1', 'owner', OPEN);
    expect((await policies.getAgent('a1')).rules).toEqual([rule()]);
    await room(store).foundAgent('a1', 'owner', { ...OPEN, limits: { ...OPEN.limits, daily: 1 } });
    expect((await policies.getAgent('a1')).permissions.limits?.daily, 'what the configuration changes counts').toBe(1);
    await expect(policies.foundAgent('a1', 'mallory', OPEN)).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
    await policies.deleteAgent('a1');
    await room(store).foundAgent('a1', 'owner', OPEN);
    await expect(policies.getAgent('a1')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  });
});
