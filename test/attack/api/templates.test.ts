import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurityManager, DEFAULT_TEMPLATES } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, CAROL, configOf, FREE, fund, openBench, sentBy } from '../../e2e/bench.ts';
import { codeOf, endOf, nothingSent, pay } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('a template', () => {
  it('is not changed for another agent through the exported object: frozen to the last field', () => {
    const reach = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const inner of Object.values(value)) reach(inner);
    };
    reach(DEFAULT_TEMPLATES);
    expect(() => Object.assign(DEFAULT_TEMPLATES.conservative, { requireApproval: false })).toThrow(TypeError);
    expect(() => Object.assign(DEFAULT_TEMPLATES.conservative.limits ?? {}, { daily: 10 ** 9 })).toThrow(TypeError);
    expect(() => Object.assign(DEFAULT_TEMPLATES.conservative.capabilities?.transfers ?? {}, { enabled: true })).toThrow(TypeError);
  });

  it('is not changed for another agent through what an agent’s permissions look like', async () => {
    await using bench = await openBench(anvil, { agents: {} });
    const { policy, custody } = bench.security;
    const view = await policy.createAgent('b1', { ...DEFAULT_TEMPLATES.conservative });
    const meddle = (target: unknown): void => {
      for (const [field, value] of Object.entries(target as object)) {
        if (typeof value === 'object' && value !== null) meddle(value);
        else
          try {
            Object.assign(target as object, { [field]: typeof value === 'boolean' ? !value : typeof value === 'number' ? 10 ** 9 : value });
          } catch {
            // Frozen would do as well.
          }
      }
    };
    for (const object of [view, await policy.getAgent('b1')]) meddle(object);
    const other = await policy.createAgent('b2', { ...DEFAULT_TEMPLATES.conservative });
    expect(other.permissions).toMatchObject({
      limits: { daily: 50 },
      capabilities: { transfers: { enabled: false } },
      requireApproval: true,
    });
    expect((await policy.getAgent('b1')).permissions).toMatchObject({
      limits: { daily: 50 },
      capabilities: { transfers: { enabled: false } },
    });
    const wallet = await custody.createWallet('owner', 'b2');
    await fund(anvil, wallet.address);
    expect((await bench.security.agent('b2').execute(pay('r'))).status).toBe('policy_rejected');
  });

  it('is not changed by whoever keeps the object that was handed in', async () => {
    await using bench = await openBench(anvil, { agents: {} });
    const { policy } = bench.security;
    const permissions = structuredClone({ ...FREE, allowedDestinations: [BOB] }) as {
      limits: { perTransaction: number };
      allowedDestinations: string[];
    };
    const making = policy.createAgent('a1', permissions);
    permissions.limits.perTransaction = 10 ** 9;
    permissions.allowedDestinations.push(CAROL);
    await making;
    expect(endOf(await bench.security.agent('a1').execute(pay('r', { to: CAROL })))).toBe('destination_not_allowed');
    expect((await bench.security.agent('a1').execute(pay('s'))).status).toBe('success');
  });
});

describe('permissions as hostile JSON', () => {
  it.each([
    ['__proto__', '{"__proto__":{"template":"aggressive"}}'],
    ['a nested __proto__', '{"limits":{"__proto__":{"daily":"1000000"}}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"requireApproval":false}}}'],
    ['a template that objects inherit', '{"template":"constructor"}'],
    ['a template called __proto__', '{"template":"__proto__"}'],
    ['a misspelt limit', '{"template":"aggressive","limit":{"daily":1}}'],
    ['a rule of the prototype', '{"template":"aggressive","rules":{"__proto__":[]}}'],
  ])('%s is refused and reaches no prototype', async (_name, text) => {
    await using bench = await openBench(anvil);
    const { policy } = bench.security;
    for (const change of [() => policy.createAgent('b1', JSON.parse(text)), () => policy.updateAgent('a1', JSON.parse(text))])
      expect(await codeOf(change)).toBe('POLICY_INVALID');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(await codeOf(() => policy.getAgent('b1'))).toBe('AGENT_UNKNOWN');
  });

  it('in accessors, classes, cycles and proxies', async () => {
    await using bench = await openBench(anvil);
    const { policy } = bench.security;
    const cyclic: Record<string, unknown> = {};
    cyclic['limits'] = cyclic;
    let looks = 0;
    const shifty = {
      ...FREE,
      get limits() {
        looks += 1;
        return looks === 1
          ? { unit: 'ETH', perTransaction: '0.0005', daily: 1, weekly: 1, monthly: 1 }
          : { unit: 'ETH', perTransaction: 9_000 };
      },
    };
    for (const odd of [null, 7, 'aggressive', [], new Map(), cyclic, Object.create(FREE), () => FREE, new (class Free {})()])
      expect(await codeOf(() => policy.updateAgent('a1', odd)), String(odd)).not.toBe('not ours');
    await policy.createAgent('a1', shifty);
    expect(looks).toBe(1);
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('per_transaction_limit');
  });
});

describe('Object.prototype that somebody else polluted', () => {
  /** Runs with fields on every object of the process, as a careless merge of JSON leaves them. */
  async function polluted<T>(fields: Readonly<Record<string, unknown>>, run: () => Promise<T>): Promise<T> {
    Object.assign(Object.prototype, fields);
    try {
      return await run();
    } finally {
      for (const field of Object.keys(fields)) Reflect.deleteProperty(Object.prototype, field);
    }
  }
  const ENDS: Readonly<Record<string, unknown>>[] = [
    { requireApproval: false, template: 'aggressive', capabilities: { transfers: { enabled: true } } },
    { limits: { unit: 'ETH', perTransaction: 9_000, daily: 9_000, weekly: 9_000, monthly: 9_000 } },
    { narrow: undefined, amount: '5', to: CAROL },
    { satisfy: () => ({}), satisfied: new Set(['approval_required']), dryRun: false },
    { ok: true, verdict: 'approved', passed: true, approved: true },
    { kill: null, paused: {}, enabled: true },
  ];

  it.each(ENDS.map((fields) => [Object.keys(fields).join(', '), fields] as const))(
    'with %s lets nothing through that was denied',
    async (_name, fields) => {
      await using bench = await openBench(anvil, { agents: { a1: FREE, strict: { template: 'conservative' } } });
      const { security } = bench;
      const strict = await security.custody.createWallet('owner', 'strict');
      await fund(anvil, strict.address);
      const bare = (request: object) => Object.assign(Object.create(null), request) as never;
      await polluted(fields, async () => {
        for (const [n, build] of [(request: object) => request as never, bare].entries()) {
          const over = await security
            .agent('a1')
            .execute(build(pay(`over-${n}`, { amount: '5' })))
            .catch(() => undefined);
          expect(over?.status).not.toBe('success');
          const denied = await security
            .agent('strict')
            .execute(build(pay(`strict-${n}`)))
            .catch(() => undefined);
          expect(denied?.status).not.toBe('success');
        }
      });
      expect([await sentBy(anvil, bench.wallet), await sentBy(anvil, strict)]).toEqual([0, 0]);
      expect((await security.agent('a1').execute(pay('after'))).status).toBe('success');
    },
  );

  it('opens no manager with less than was configured', async () => {
    const weaker = [
      { template: 'aggressive' },
      { capabilities: { transfers: { enabled: true } } },
      { allowUnenforced: true, risk: { enabled: false } },
    ];
    for (const fields of weaker) {
      const end = await polluted<unknown>(fields, async () => {
        const security = createSecurityManager(configOf(anvil, { agents: { a1: { limits: FREE.limits } } }));
        try {
          const { address } = await security.custody.createWallet('owner', 'a1');
          await fund(anvil, address);
          const { status, decision } = await security.agent('a1').execute(Object.assign(Object.create(null), pay('r')) as never);
          return [status, ...decision.unenforced];
        } finally {
          await security.shutdown(100);
        }
      }).catch((error: { code?: string }) => error.code);
      expect([['policy_rejected'], 'CONFIG_INVALID', 'POLICY_INVALID']).toContainEqual(end);
    }
  });

  it('lifts no stop', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    await security.emergency.pauseAgent('a1', { reason: 'test' });
    const bare = Object.assign(Object.create(null), pay('r')) as never;
    await polluted({ untilMs: 1, kill: null, locallyHalted: () => false }, async () => {
      expect(
        (
          await security
            .agent('a1')
            .execute(bare)
            .catch(() => undefined)
        )?.status,
      ).not.toBe('success');
    });
    await nothingSent(anvil, bench);
  });

  it.each([
    ['limits', {}, { limits: { unit: 'ETH', perTransaction: 9_000, daily: 9_000, weekly: 9_000, monthly: 9_000 } }],
    ['capabilities', {}, { capabilities: { transfers: { enabled: true } } }],
    ['a template', {}, { template: 'aggressive' }],
    ['unlimited allowances', { capabilities: { approvals: { enabled: true } } }, { unlimited: true }],
  ])('gives an agent that is registered meanwhile no more than was written: %s', async (_name, permissions, fields) => {
    await using bench = await openBench(anvil, { agents: { base: permissions } });
    const { policy } = bench.security;
    await policy.createAgent('plain', permissions);
    const plain = await policy.getAgent('plain');
    await polluted(fields, async () => {
      await policy.createAgent('meanwhile', Object.assign(Object.create(null), permissions)).catch(() => undefined);
    });
    const made = await policy.getAgent('meanwhile').catch(() => undefined);
    if (made !== undefined) expect(made.digest).toBe(plain.digest);
  });
});
