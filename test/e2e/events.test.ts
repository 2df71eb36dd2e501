import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { CastellanError, createSecurityManager, isCastellanError, type SecurityEvent, signApproval } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { ASKS, BOB, configOf, FREE, fund, type Hooks, hookedStore, openBench, person, registered } from './bench.ts';

const pay = (id: string) => ({ id, to: BOB, amount: '0.001', asset: 'ETH' });
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const delivered = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('events', () => {
  it('reach each subscriber once, in the log’s order, and never before they are durable', async () => {
    const hooks: Hooks = {};
    const { store, factory } = hookedStore(hooks, { clock: systemClock() });
    const security = createSecurityManager(configOf(anvil, { store: factory }));
    const seen: SecurityEvent[] = [];
    const early: string[] = [];
    let committed = 0;
    hooks.afterApply = async () => {
      committed = (await store.logHead()).size;
    };
    security.onEvent((event) => {
      if (event.type === 'audit_checkpoint') return;
      seen.push(event);
    });
    const { address } = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, address);
    hooks.beforeApply = () => {
      throw new CastellanError('STORE_UNAVAILABLE', { message: 'away' });
    };
    const before = seen.length;
    await expect(security.agent('a1').execute(pay('lost'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await delivered();
    expect(seen.length, 'what was not committed was not told').toBe(before);
    delete hooks.beforeApply;
    for (const id of ['one', 'two']) await security.agent('a1').execute(pay(id));
    await security.agent('a1').execute({ ...pay('no'), amount: '4' });
    await delivered();
    const logged = (await store.log(0)).map(({ id }) => id);
    expect(committed).toBe(logged.length);
    const told = seen.map(({ id }) => id);
    expect(told).toEqual(logged.slice(-told.length));
    expect(new Set(told).size).toBe(told.length);
    expect(seen.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['wallet_event', 'decision_made', 'policy_rejected', 'execution_success']),
    );
    expect(early).toEqual([]);
    await security.shutdown(500);
  });

  it('of an agent are its own, and end with the subscription', async () => {
    await using bench = await openBench(anvil, { agents: { a1: FREE, a2: FREE } });
    const { security } = bench;
    const mine: SecurityEvent[] = [];
    const all: SecurityEvent[] = [];
    const subscription = security.agent('a2').events$.subscribe((event) => mine.push(event));
    const stop = security.onEvent((event) => all.push(event));
    await security.agent('a1').execute(pay('a'));
    await security.agent('a2').execute(pay('b'));
    await delivered();
    expect(new Set(mine.map(({ agent }) => agent))).toEqual(new Set(['a2']));
    expect(new Set(all.map(({ agent }) => agent))).toContain('a1');
    subscription.unsubscribe();
    stop();
    stop();
    const counts = [mine.length, all.length];
    await security.agent('a2').execute(pay('c'));
    await delivered();
    expect([mine.length, all.length]).toEqual(counts);
  });

  it('thrown at, or held up by, a subscriber change nothing; nor does one that meddles with them', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    security.onEvent(() => {
      throw new Error('boom');
    });
    security.onEvent(() => Promise.reject(new Error('boom')) as never);
    security.onEvent(() => new Promise(() => {}) as never);
    security.onEvent((event) => {
      (event as { severity: string }).severity = 'info';
      if ('decision' in event) (event.decision as { verdict: string }).verdict = 'approved';
    });
    security.events$.subscribe(() => {
      throw new Error('boom');
    });
    const seen: SecurityEvent[] = [];
    security.onEvent((event) => seen.push(event));
    const result = await security.agent('a1').execute({ ...pay('x'), amount: '4' });
    expect(result.decision.verdict).toBe('denied');
    await delivered();
    expect(seen.find((event) => event.type === 'decision_made')).toMatchObject({ decision: { verdict: 'denied' } });
    expect((await security.agent('a1').execute(pay('y'))).status).toBe('success');
  });

  it('cannot be rewritten by the agent that gets the same decision', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    const seen: SecurityEvent[] = [];
    security.onEvent((event) => seen.push(event));
    // More than one turn’s deliveries, so that the last are still waiting when the agent has its answer.
    const results = await Promise.all(
      Array.from({ length: 90 }, (_, index) => security.agent('a1').execute({ ...pay(`d-${index}`), amount: 'x' })),
    );
    for (const { decision } of results) {
      try {
        (decision as { verdict: string }).verdict = 'approved';
        (decision.reasons as unknown[]).length = 0;
      } catch {
        // Frozen: that is the point.
      }
    }
    await delivered();
    const verdicts = new Set(
      seen.flatMap((event) => (event.type === 'decision_made' ? [`${event.decision.verdict} ${event.decision.reasons.length}`] : [])),
    );
    expect([...verdicts]).toEqual(['denied 1']);
  });
});

describe('secrets', () => {
  it.each([{ passphrase: 'correct horse battery staple' }, { encryptionKey: 'c0ffee'.padEnd(64, 'd') }])(
    '%o and permits are in nothing that comes out',
    async (keys) => {
      const ann = person('ann');
      const { store, factory } = hookedStore({}, { clock: systemClock() });
      const security = createSecurityManager(
        configOf(anvil, { store: factory, keys, agents: { a1: ASKS }, registry: { keys: [registered(ann, 'approver')] } }),
      );
      const seen: unknown[] = [];
      security.onEvent((event) => seen.push(event));
      security.events$.subscribe((event) => seen.push(event));
      const agent = security.agent('a1');
      const wallet = await security.custody.createWallet('owner', 'a1');
      await fund(anvil, wallet.address);
      const authorized = await agent.authorize(pay('authorized'));
      const secret = authorized.permit?.split('/')[2] ?? '';
      expect(secret).toMatch(/^[0-9a-f]{32}$/);
      const { permit: _permit, ...authorization } = authorized;
      const results = [
        await agent.execute(pay('authorized')),
        await agent.execute({ ...pay('no'), amount: '7' }),
        await agent.dryRun(pay('dry')),
        await agent.execute({ ...pay('asks'), amount: '0.1' }),
      ];
      const [open] = await security.approvals.list();
      if (open !== undefined) await security.approvals.answer(signApproval(ann, open.request, 'approve'));
      results.push(await agent.execute({ ...pay('asks'), amount: '0.1' }));
      const errors: unknown[] = [];
      for (const wrong of [
        () => security.custody.getWallet('nothing'),
        () => security.policy.createAgent('a1', { limits: { daily: -1 } }),
        () => agent.execute(pay('x'), { wrong: 1 } as never),
        () => createSecurityManager({ ...configOf(anvil), keys: { ...keys, other: 1 } as never, tenant: '' }),
      ]) {
        try {
          await wrong();
        } catch (error) {
          errors.push(error);
        }
      }
      expect(errors.every(isCastellanError)).toBe(true);
      expect(errors).toHaveLength(4);
      await delivered();
      const log = await store.log(0);
      const health = await security.getHealth();
      const rows = await store.scan('');
      const rowSecrets = rows.flatMap(({ value }) => (value as { permit?: { secret?: string } | null }).permit?.secret ?? []);
      expect(rowSecrets).toContain(secret);
      const everything = [security, agent, wallet, authorization, results, errors, seen, log, health];
      const texts = everything.flatMap((thing) => [
        JSON.stringify(thing, (_, value) => (typeof value === 'bigint' ? value.toString() : value)),
        inspect(thing, { depth: 10, showHidden: true, maxArrayLength: null, maxStringLength: null }),
      ]);
      const forbidden = [...Object.values(keys), ...rowSecrets];
      for (const text of texts) for (const secretText of forbidden) expect(text.includes(secretText), secretText.slice(0, 4)).toBe(false);
      expect(rows.every((row) => !JSON.stringify(row).includes(Object.values(keys)[0] as string))).toBe(true);
      await security.shutdown(500);
    },
  );
});
