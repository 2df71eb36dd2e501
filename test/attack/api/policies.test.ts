import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../../src/adapters/evm/index.ts';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { type Doc, type Json, storeKey } from '../../../src/core/store.ts';
import { createSecurityManager, type SecurityConfig } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, CAROL, CHAIN, configOf, FREE, fund, hookedStore, openBench } from '../../e2e/bench.ts';
import { codeOf, endOf, LIMITS_ALONE, nothingSent, openBook, pay } from './bench.ts';

const deny = (over: object = {}) => ({
  id: 'no',
  conditions: [{ field: 'amount', operator: 'gt', value: '500' }],
  action: 'deny',
  ...over,
});
/** Limits out of the way: what is left is the rules. */
const WIDE = { ...FREE, limits: { unit: 'ETH', perTransaction: 9_000, daily: 90_000, weekly: 90_000, monthly: 90_000 } };

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('a rule', () => {
  it('that is numeric compares numbers: 1000 is more than "500", and 5000 is not less than "600"', async () => {
    await using bench = await openBench(anvil, { ...LIMITS_ALONE, agents: { a1: { ...WIDE, rules: [deny()] } } });
    await fund(anvil, bench.wallet.address, 9_000n);
    for (const amount of ['1000', '5000', '500.000000000000000001', '0501', '5e3']) {
      const result = await bench.security.agent('a1').execute(pay(`r-${amount}`, { amount }));
      expect([amount, ['policy_rule_denied', 'request_malformed']]).toEqual([amount, expect.arrayContaining([endOf(result)])]);
    }
    await nothingSent(anvil, bench);
    expect((await bench.security.agent('a1').execute(pay('at', { amount: '500' }))).status).toBe('success');
  });

  it('that compares a number with words, a range upside down or a fraction of a float is refused', async () => {
    await using bench = await openBench(anvil);
    const condition = (over: object) => ({ ...deny(), conditions: [{ field: 'amount', operator: 'gt', value: 1, ...over }] });
    const odd = [
      { value: 'many' },
      { value: '' },
      { value: ' 500' },
      { value: '0x1f4' },
      { value: '1e3' },
      { value: -1 },
      { value: 0.1 },
      { value: Number.NaN },
      { value: true },
      { value: '５００' },
      { operator: 'between', value: [9, 1] },
      { operator: 'between', value: [1] },
      { operator: 'in', value: [] },
      { value: ['500'] },
    ];
    for (const over of odd)
      expect(await codeOf(() => bench.security.policy.addRule('a1', condition(over))), JSON.stringify(over)).toBe('POLICY_INVALID');
  });

  it('that would be a regular expression is refused, and no text makes one hang', async () => {
    await using bench = await openBench(anvil);
    const { policy } = bench.security;
    for (const operator of ['matches', 'regex', 'like', 'contains', 'starts_with', '~'])
      expect(await codeOf(() => policy.addRule('a1', deny({ conditions: [{ field: 'destination', operator, value: '^(a+)+$' }] })))).toBe(
        'POLICY_INVALID',
      );
    const texts = [
      `${'a'.repeat(4_000)}!`,
      `${'0x'.repeat(2_000)}`,
      `send ${'1'.repeat(3_900)} ETH`,
      `${'1,'.repeat(2_000)}`,
      `to ${' '.repeat(4_000)}x`,
      `${'0.'.repeat(2_000)}1`,
      `${'never '.repeat(600)}`,
    ];
    for (const [n, intent] of texts.entries()) {
      const startMs = performance.now();
      await bench.security.agent('a1').dryRun(pay(`re-${n}`, { context: { intent } }));
      expect(performance.now() - startMs, intent.slice(0, 20)).toBeLessThan(5_000);
    }
  });

  it('of a field, operator or agent that objects inherit is refused', async () => {
    await using bench = await openBench(anvil);
    const { policy } = bench.security;
    for (const conditions of [
      [{ field: 'constructor', operator: 'eq', value: 'x' }],
      [{ field: '__proto__', operator: 'exists', value: true }],
      [{ field: 'amount', operator: 'constructor', value: 1 }],
      [{ field: 'amount', operator: 'toString', value: 1 }],
    ])
      expect(await codeOf(() => policy.addRule('a1', deny({ conditions })))).toBe('POLICY_INVALID');
    expect(await codeOf(() => policy.addRule('constructor', deny()))).toBe('AGENT_UNKNOWN');
    expect(await codeOf(() => policy.addRule('__proto__', deny()))).toBe('REQUEST_INVALID');
  });

  it('that allows, whatever its priority, does not overrule one that denies', async () => {
    const rules = [
      { id: 'yes', conditions: [], action: 'allow', priority: 10 ** 9 },
      { ...deny({ priority: -(10 ** 9) }), conditions: [{ field: 'destination', operator: 'eq', value: BOB }] },
    ];
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, rules } } });
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('policy_rule_denied');
    await nothingSent(anvil, bench);
  });

  it('about one recipient is not escaped by another spelling of the same', async () => {
    const rules = [deny({ conditions: [{ field: 'destination', operator: 'eq', value: BOB.toLowerCase() }] })];
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, rules } } });
    for (const to of [BOB, BOB.toLowerCase(), `0x${BOB.slice(2).toUpperCase()}`, `${CHAIN}:${BOB.toLowerCase()}`, `${CHAIN}:${BOB}`])
      expect(endOf(await bench.security.agent('a1').execute(pay(`r-${to}`.replaceAll('/', '-'), { to })))).toBe('policy_rule_denied');
    await nothingSent(anvil, bench);
  });

  it('a list of recipients is not satisfied by one that looks like them', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, allowedDestinations: [BOB] } } });
    const twin = `${BOB.slice(0, 8)}${'0'.repeat(28)}${BOB.slice(-6)}`.toLowerCase();
    expect((await bench.security.agent('a1').execute(pay('twin', { to: twin }))).status).not.toBe('success');
    await nothingSent(anvil, bench);
  });
});

describe('no policy, and policies that say nothing', () => {
  it('deny: an empty one, one that only denies, an agent of a wallet that nobody registered', async () => {
    await using bench = await openBench(anvil, { agents: { a1: {}, a2: { rules: [deny()] } } });
    const { security } = bench;
    const second = await security.custody.createWallet('owner', 'a2');
    const third = await security.custody.createWallet('owner', 'unknown');
    for (const { address } of [second, third]) await fund(anvil, address);
    for (const agent of ['a1', 'a2', 'unknown'])
      expect((await security.agent(agent).execute(pay('r'))).status, agent).toBe('policy_rejected');
    await nothingSent(anvil, bench);
  });

  it('deny where the stored policy was edited and its digest was not', async () => {
    await using bench = await openBook(anvil, { agents: { a1: { ...FREE, allowedDestinations: [CAROL] } } });
    const [row] = (await bench.store.get([storeKey.doc('policy/a1')])) as unknown as [
      Doc<{ permissions: Record<string, Json>; digest: string }>,
    ];
    const value = {
      ...row.value,
      permissions: { ...row.value.permissions, allowedDestinations: [BOB] },
      digest: `${row.value.digest.slice(0, -1)}0`,
    };
    await bench.store.apply([{ commands: [{ kind: 'doc.put', key: 'policy/a1', value: value as Json, ifVersion: row.version }] }]);
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('policy_missing');
    await nothingSent(anvil, bench);
  });
});

describe('a configuration', () => {
  const base = (): SecurityConfig => ({ chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: 'http://127.0.0.1:9', confirmations: 1 }] })] });
  const limitsOf = (daily: unknown) => ({ a1: { limits: { unit: 'ETH', perTransaction: 1, daily } } });

  it.each<[string, unknown]>([
    ['negative', -1],
    ['negative, as text', '-1'],
    ['a fraction of a float', 0.5],
    ['beyond safe integers', 2 ** 53],
    ['beyond what a chain holds', '9'.repeat(90)],
    ['an exponent', '1e9'],
    ['hexadecimal', '0xff'],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a bigint below zero', -1n],
    ['text with a space', ' 10'],
    ['full-width digits', '１０'],
    ['true', true],
    ['null', null],
    ['a list', [10]],
    ['a comma', '1,000'],
    ['finer than the coin', `0.${'0'.repeat(18)}1`],
  ])('whose limit is %s is refused, and never read as no limit', async (_name, daily) => {
    const security = createSecurityManager({ ...base(), agents: limitsOf(daily) as never });
    expect(await codeOf(() => security.ready())).toBe('POLICY_INVALID');
    await security.shutdown(100);
  });

  it('whose limit is an object with valueOf is refused at once', () => {
    const agents = limitsOf({ valueOf: () => 10 }) as never;
    expect(() => createSecurityManager({ ...base(), agents })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('whose fields are misspelt, of another type, or contradict each other names them all', () => {
    const broken: readonly object[] = [
      { emergancy: {} },
      { emergency: { killSwitchEnabled: 'false' } },
      { emergency: { killSwitchEnabled: false } },
      { risk: { maxRiskScore: 101 } },
      { risk: { maxRiskScore: Number.NaN } },
      { authorization: { minConfidence: -1 } },
      { authorization: { defaultLimits: { daily: -5 } } },
      { authorization: { rateLimiting: { maxPerHour: 0 } } },
      { approvals: { ttlMs: Number.POSITIVE_INFINITY } },
      { recovery: { maxAttempts: 1_000 } },
      { recovery: { cooldownPeriod: -1 } },
      { registry: { quorums: { approver: 0 } } },
      { registry: { keys: [{ id: 'a', scheme: 'none', key: 'x', roles: [] }] } },
      { tenant: 'a/b' },
      { tenant: '__proto__' },
      { keys: { encryptionKey: 'short' } },
      { production: true },
      { agents: { 'a/b': {} } },
    ];
    for (const wrong of broken)
      expect(() => createSecurityManager({ ...base(), ...wrong } as never), JSON.stringify(wrong)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    expect(() => createSecurityManager({ ...base(), tenant: '', risk: { maxRiskScore: -1 }, nonsense: 1 } as never)).toThrow(
      /3 wrong field/,
    );
  });

  it('that is changed after it was handed in changes nothing', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    const a1 = structuredClone(FREE);
    const security = createSecurityManager(configOf(anvil, { store: factory, agents: { a1 } }));
    a1.limits.perTransaction = 10 ** 6;
    const wallet = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const result = await security.agent('a1').execute(pay('r', { amount: '2' }));
    await security.shutdown(200);
    expect(endOf(result)).toBe('per_transaction_limit');
  });
});
