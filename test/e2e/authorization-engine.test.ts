import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import {
  type AuthorizationEngineOptions,
  createAuthorizationEngine,
  createSecurityManager,
  LAYERS,
  type SecurityConfig,
} from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';
import { ASKS, BOB, CAROL, configOf, fund, openBench } from './bench.ts';

let anvil: Anvil;
let chain: TonDevChain;
beforeAll(async () => {
  [anvil, chain] = await Promise.all([startAnvil(), startTonDevChain()]);
});
afterAll(async () => {
  await anvil?.stop();
  await chain?.close();
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
function engineOf(options: Parameters<typeof createAuthorizationEngine>[0]) {
  const engine = createAuthorizationEngine(options);
  closing.push(() => engine.close());
  return engine;
}

const MAY_PAY = { capabilities: { transfers: { enabled: true } } };
const rateLimiting = { maxPerHour: 10, cooldownSeconds: 0 };
const limits = { perTransaction: 1000, daily: 5000, weekly: 20000, monthly: 50000 };
const { store: _store, authorization: _authorization, ...base } = { store: undefined, authorization: undefined, ...({} as SecurityConfig) };
/** Chains and agents are what the reference leaves out. */
const onEvm = (given: Partial<AuthorizationEngineOptions> = {}): AuthorizationEngineOptions => ({
  ...base,
  chains: configOf(anvil).chains ?? [],
  agents: { 'agent-1': MAY_PAY },
  emergency: { autoResponseTriggers: [] },
  risk: { anomalyThreshold: 100 },
  defaultLimits: { unit: 'ETH', ...limits },
  rateLimiting,
  ...given,
});
const request = (id: string, more: object = {}) => ({
  id,
  agentId: 'agent-1',
  userId: 'owner',
  type: 'transfer',
  amount: '0.5',
  currency: 'ETH',
  destination: BOB,
  timestamp: new Date(),
  context: { intent: 'Send payment to user', confidence: 0.95 },
  ...more,
});
const context = { agentId: 'agent-1', userId: 'owner', sessionId: 'session-1', permissions: { anything: true } };

describe('an authorization engine of its own', () => {
  it('has every field of a manager’s authorization, and no other', () => {
    type Settings = NonNullable<SecurityConfig['authorization']>;
    expectTypeOf<Pick<AuthorizationEngineOptions, keyof Settings>>().toEqualTypeOf<Settings>();
    expect(() => createAuthorizationEngine({ chains: [], enableSimulations: true, minConfidence: 2 } as never)).toThrowError(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: {
          problems: expect.arrayContaining([
            expect.stringMatching(/enableSimulations: unknown/),
            expect.stringMatching(/authorization.minConfidence/),
          ]),
        },
      }),
    );
    expect(() => createAuthorizationEngine({ manager: {}, tenant: 'x' } as never)).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('judges on an EVM chain by the options of the reference, eight layers each time', async () => {
    const engine = engineOf(onEvm({ enableSimulation: true, requireIntentValidation: true }));
    const { address } = await engine.createWallet('owner', 'agent-1');
    await fund(anvil, address, 3_000n);
    const events: string[] = [];
    engine.onEvent(({ type }) => events.push(type));
    const yes = await engine.authorize(request('tx-001'), context);
    expect([yes.approved, yes.layerResults.map(({ layer }) => layer)], inspect(yes.layerResults)).toEqual([true, [...LAYERS]]);
    expect(yes.permit).toBeDefined();
    const large = await engine.authorize(request('tx-002', { amount: '1000.5', context: { intent: 'Send payment to user' } }), context);
    expect([large.approved, large.failedLayer, large.layerResults.length]).toEqual([false, 'limits', 8]);
    const silent = await engine.authorize(request('tx-003', { context: {} }), context);
    expect([silent.approved, silent.layerResults.find(({ passed }) => !passed)?.layer]).toEqual([false, 'intent']);
    expect(await engine.simulate(request('tx-004'))).toMatchObject({ ran: true, success: true });
    expect(await engine.validateIntent(request('tx-005', { context: { intent: 'send 7 ETH' } }), context)).toMatchObject({ valid: false });
    expect(await engine.validateStrategy(request('tx-006', { context: { intent: 'Send', strategy: 'moon' } }), context)).toMatchObject({
      valid: false,
    });
    expect(events).toEqual(expect.arrayContaining(['decision_made', 'policy_rejected']));
    await engine.close();
    await expect(engine.authorize(request('tx-007'), context)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('holds to the rate: ten an hour, and a cooldown between two', async () => {
    const engine = engineOf(onEvm({ rateLimiting: { maxPerHour: 2, cooldownSeconds: 0 } }));
    await fund(anvil, (await engine.createWallet('owner', 'agent-1')).address);
    const results = [];
    for (const id of ['r1', 'r2', 'r3']) results.push(await engine.authorize(request(id), context));
    expect(results.map(({ approved, failedLayer }) => [approved, failedLayer])).toEqual(
      [
        [true, undefined],
        [true, undefined],
        [false, 'rate_limit'],
      ].map(([a, b]) => [a, b]),
    );
    const slow = engineOf(onEvm({ rateLimiting: { maxPerHour: 10, cooldownSeconds: 60 } }));
    await fund(anvil, (await slow.createWallet('owner', 'agent-1')).address);
    expect((await slow.authorize(request('r1'), context)).approved).toBe(true);
    expect((await slow.authorize(request('r2'), context)).approved).toBe(false);
  });

  it('asks a validator of one’s own, which can only tighten', async () => {
    const asked: unknown[] = [];
    class MyIntentValidator {
      async validate(action: { readonly context: { readonly intent?: string } }, told: unknown) {
        asked.push(told);
        const valid = action.context.intent?.includes('rent') === true;
        return { valid, confidence: 0.95, reasoning: 'Intent aligns with user goals', warnings: [] };
      }
    }
    const engine = engineOf(onEvm({ intentValidator: new MyIntentValidator() as never }));
    await fund(anvil, (await engine.createWallet('owner', 'agent-1')).address);
    const good = await engine.authorize(request('v1', { context: { intent: 'pay the rent' } }), context);
    expect(good.approved, inspect(good.layerResults)).toBe(true);
    const no = await engine.authorize(request('v2', { context: { intent: 'pay the piper' } }), context);
    expect([no.approved, no.layerResults.find(({ layer }) => layer === 'intent')?.passed]).toEqual([false, false]);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(asked[0]).toMatchObject({ agentId: 'agent-1', sessionId: 'session-1' });
    const large = await engine.authorize(request('v3', { amount: '1001', context: { intent: 'pay the rent' } }), context);
    expect(large.approved).toBe(false);
  });

  it('judges on TON by the limits in TON', async () => {
    const shop = walletOf(keysOf('engine-shop').publicKey, chain).address.toString();
    const engine = engineOf({
      ...base,
      chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10 })],
      agents: { 'agent-1': MAY_PAY },
      risk: { anomalyThreshold: 100 },
      enableSimulation: true,
      defaultLimits: { ...limits, unit: 'TON' },
      rateLimiting,
    });
    const { address } = await engine.createWallet('owner', 'agent-1');
    await chain.fund(address, 5_000n * 10n ** 9n);
    const pay = (id: string, amount: string) => request(id, { amount, currency: 'TON', destination: shop });
    const yes = await engine.authorize(pay('t1', '100'), context);
    expect([yes.approved, yes.layerResults.length], inspect(yes.layerResults)).toEqual([true, 8]);
    const no = await engine.authorize(pay('t2', '1000.5'), context);
    expect([no.approved, no.failedLayer]).toEqual([false, 'limits']);
  });
});

describe('an engine and a manager', () => {
  it('on one store: what the engine permits the manager executes once, and the session stands in the log', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const keys = { encryptionKey: '9a'.repeat(32) };
    const agents = { 'agent-1': { ...MAY_PAY, limits: { unit: 'ETH', perTransaction: 10, daily: 10 }, rateLimiting } };
    const security = createSecurityManager(
      configOf(anvil, {
        agents,
        keys,
        authorization: { defaultLimits: { unit: 'ETH', ...limits }, rateLimiting },
        store: { open: () => ({ ...store, close: async () => undefined }) },
      }),
    );
    closing.push(() => security.shutdown(1_000));
    await fund(anvil, (await security.custody.createWallet('owner', 'agent-1')).address);
    const engine = engineOf(onEvm({ agents, keys, store }));
    const first = await engine.authorize(request('tx-1'), context);
    expect(first.approved, inspect(first.layerResults)).toBe(true);
    // The room is held: the manager's own judgement counts it.
    expect((await security.authorization.authorize(request('tx-2', { amount: '9.6' }))).failedLayer).toBe('limits');
    expect((await security.authorization.authorize(request('tx-3', { amount: '9.4' }))).failedLayer).not.toBe('limits');
    expect((await security.execute(request('tx-1'))).status).toBe('success');
    const found = await security.audit.query({ sessionId: 'session-1' });
    expect(found.entries).toMatchObject([{ eventType: 'transaction_authorized', context: { requestId: 'tx-1', sessionId: 'session-1' } }]);
    await engine.close();
    expect((await security.execute(request('tx-4', { amount: '0.1' }))).status).toBe('success');
  });

  it('over a manager that is there it is that manager’s, and leaves it open', async () => {
    await using bench = await openBench(anvil);
    const engine = engineOf({ manager: bench.security });
    expect((await engine.authorize({ id: 'm1', agentId: 'a1', to: CAROL, amount: '0.1', asset: 'ETH' })).approved).toBe(true);
    await engine.close();
    expect((await bench.security.execute({ id: 'm1', agentId: 'a1', to: CAROL, amount: '0.1', asset: 'ETH' })).status).toBe('success');
  });
});

describe('the session of a decision', () => {
  it('is the request’s or the one told beside it, for every verdict, and changes nothing else', async () => {
    await using bench = await openBench(anvil, { agents: { a1: ASKS } });
    const { security } = bench;
    const pay = (id: string, amount: string, more: object = {}) => ({ id, agentId: 'a1', to: BOB, amount, asset: 'ETH', ...more });
    const told = { sessionId: 's-told' };
    expect((await security.execute(pay('own', '0.01', { context: { sessionId: 's-own' } }))).status).toBe('success');
    await security.authorization.authorize(pay('yes', '0.01'), told);
    await security.authorization.authorize(pay('ask', '0.1'), told);
    await security.authorization.authorize(pay('no', '9'), told);
    await security.authorization.authorize(pay('odd', 'x'), told);
    const ids = async (filter: object) =>
      (await security.audit.query(filter)).entries.map(({ context: { requestId } }) => requestId).sort();
    expect(await ids(told)).toEqual(['ask', 'no', 'odd', 'yes']);
    expect(await ids({ ...told, status: 'denied' })).toEqual(['no', 'odd']);
    expect(await ids({ ...told, status: ['escalated'], chains: 'eip155:31337', kinds: 'transfer' })).toEqual(['ask']);
    expect(await ids({ ...told, reasonCodes: 'request_malformed' })).toEqual(['odd']);
    expect(await ids({ sessionId: 's-own', requestId: 'own' })).toEqual(['own']);
    expect(await ids({ sessionId: 's-none' })).toEqual([]);
    // Told beside the request it is no part of its body: the same request goes on.
    expect((await security.execute(pay('yes', '0.01'))).status).toBe('success');
    for (const sessionId of [7, 'x'.repeat(129), '\ud800'])
      await expect(security.authorization.authorize(pay('bad', '0.01'), { sessionId: sessionId as string })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
    await expect(
      security.authorization.authorize(pay('two', '0.01', { context: { sessionId: 's-a' } }), { sessionId: 's-b' }),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { field: 'sessionId' },
    });
  });
});
