import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createSecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, configOf, FREE, hookedStore, openBench, sentBy } from './bench.ts';

const pay = (id: string) => ({ id, to: BOB, amount: '0.001', asset: 'ETH' });
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('what is switched off', () => {
  it('stands in every decision, and nothing does where nothing is off', async () => {
    await using on = await openBench(anvil);
    expect((await on.security.agent('a1').execute(pay('on'))).decision.unenforced).toEqual([]);
    const off = {
      allowUnenforced: true,
      risk: { enabled: false },
      emergency: { killSwitchEnabled: false, autoResponseTriggers: [] },
      authorization: { enableSimulation: false },
      agents: { a1: { ...FREE, requireSimulation: false } },
    };
    await using bench = await openBench(anvil, off);
    const { status, decision } = await bench.security.agent('a1').execute(pay('off'));
    expect([status, [...decision.unenforced].sort()]).toEqual(['success', expect.arrayContaining(['kill_switch', 'risk', 'simulation'])]);
    expect(decision.reports).toHaveLength(8);
    await expect(bench.security.emergency.activateKillSwitch({ reason: 'x', triggeredBy: 'x' })).rejects.toMatchObject({
      code: 'MODE_UNAVAILABLE',
    });
  });

  it('does not sign what was decided while it was on, and goes on with it afterwards', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    const given = { store: factory, keys: { encryptionKey: 'aa'.repeat(32) } };
    const { security, wallet } = await openBench(anvil, given);
    expect((await security.agent('a1').authorize(pay('held'))).approved).toBe(true);
    await security.shutdown(200);
    for (const off of [{ enabled: false }, { audit: { enabled: false } }]) {
      const disabled = createSecurityManager(configOf(anvil, { ...given, ...off }));
      await disabled.start();
      expect((await disabled.agent('a1').execute(pay('held'))).reasons[0]?.code).toBe('security_disabled');
      await disabled.shutdown(200);
    }
    expect(await sentBy(anvil, wallet)).toBe(0);
    const next = createSecurityManager(configOf(anvil, given));
    expect((await next.agent('a1').execute(pay('held'))).status).toBe('success');
    await next.shutdown(200);
  });

  it('wallets are named where an agent has several', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    await security.custody.createWallet('owner', 'a1');
    expect((await security.agent('a1').execute(pay('which'))).reasons[0]?.code).toBe('wallet_ambiguous');
    expect((await security.agent('a1').execute({ ...pay('this'), wallet: wallet.address })).status).toBe('success');
  });
});

describe('a validator of the deployment’s own', () => {
  it('can only tighten: what it does to the request and the effects it is shown changes nothing', async () => {
    const meddle = {
      validate(request: unknown, { effects }: { readonly effects: readonly unknown[] }) {
        try {
          Object.assign(request as object, { narrow: null, declared: { asset: null, amount: null, destination: null } });
          (effects as unknown[]).length = 0;
        } catch {
          // Frozen would do as well.
        }
        return { valid: true, confidence: 1, reasoning: 'fine', warnings: [] };
      },
    };
    await using bench = await openBench(anvil, { authorization: { intentValidator: meddle as never, strategyValidator: meddle as never } });
    const agent = bench.security.agent('a1');
    expect((await agent.execute({ ...pay('narrow'), narrow: { maxAmount: '0.0001' } })).reasons[0]?.code).toBe('spend_exceeds_cap');
    expect((await agent.execute({ ...pay('limit'), amount: '2' })).reasons[0]?.code).toBe('per_transaction_limit');
    const { status, decision } = await agent.execute(pay('ok'));
    expect([status, decision.effects.some(({ kind }) => kind === 'outflow')]).toEqual(['success', true]);
  });
});
