import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import { CastellanError, createSecurityManager, signApproval } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import {
  ASKS,
  type Bench,
  BOB,
  CHAIN,
  configOf,
  FREE,
  type Given,
  type Hooks,
  hookedStore,
  openBench,
  person,
  registered,
  sentBy,
} from './bench.ts';

const pay = (id = 'pay-1') => ({ id, to: BOB, amount: '0.001', asset: 'ETH' });
const away = () => new CastellanError('STORE_UNAVAILABLE', { message: 'away', retryable: true });
const lifted = { approvedBy: 'admin', notes: 'looked at' };
const to = (command: { readonly kind: string }): unknown => (command as { readonly to?: unknown }).to;

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

async function hookedBench(given: Given = {}): Promise<Bench & { readonly hooks: Hooks; row(id?: string): Promise<RequestRow> }> {
  const hooks: Hooks = {};
  const { store, factory } = hookedStore(hooks, { clock: systemClock() });
  const bench = await openBench(anvil, { store: factory, ...given });
  return { ...bench, hooks, row: async (id = 'pay-1') => (await store.get([storeKey.request('a1', id)]))[0] as unknown as RequestRow };
}

describe('the kill switch', () => {
  it('counts as thrown until the manager is open, and after it is closed', async () => {
    const security = createSecurityManager(configOf(anvil));
    expect(security.emergency.isKillSwitchActive()).toBe(true);
    await security.ready();
    expect(security.emergency.isKillSwitchActive()).toBe(false);
    await security.shutdown();
    expect(security.emergency.isKillSwitchActive()).toBe(true);
  });

  it('thrown between decision and signature: nothing is signed, and the room is free again', async () => {
    await using bench = await hookedBench();
    const { security, wallet, hooks, row } = bench;
    hooks.afterApply = async (commands) => {
      if (!commands.some(({ kind }) => kind === 'permit.issue')) return;
      delete hooks.afterApply;
      await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    };
    const result = await security.agent('a1').execute(pay());
    expect([result.status, result.reasons[0]?.code, result.pending]).toEqual(['execution_failed', 'halted', false]);
    expect([(await row()).state, await sentBy(anvil, wallet)]).toEqual(['released', 0]);
    expect((await security.agent('a1').execute(pay('pay-2'))).reasons[0]?.code).toBe('halted');
    await security.emergency.deactivateKillSwitch(lifted);
    expect((await security.agent('a1').execute(pay('pay-3'))).status).toBe('success');
  });

  it.each(['permit.redeem', 'signed'])('thrown after %s: the signature does not leave, and is not forgotten', async (stage) => {
    await using bench = await hookedBench();
    const { security, wallet, hooks, row } = bench;
    hooks.afterApply = async (commands) => {
      if (!commands.some((command) => command.kind === stage || to(command) === stage)) return;
      delete hooks.afterApply;
      await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    };
    const result = await security.agent('a1').execute(pay());
    expect([result.status, result.reasons[0]?.code, result.pending]).toEqual(['execution_failed', 'halted', true]);
    expect([(await row()).state, await sentBy(anvil, wallet)]).toEqual(['signed', 0]);
    expect((await security.agent('a1').execute(pay())).reasons[0]?.code).toBe('halted');
    expect(await sentBy(anvil, wallet)).toBe(0);
    await security.emergency.deactivateKillSwitch(lifted);
    expect((await security.agent('a1').execute(pay())).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('that the store cannot take still stops this process, from signing too', async () => {
    await using bench = await hookedBench();
    const { security, wallet, hooks, row } = bench;
    hooks.beforeApply = (commands) => {
      if (commands.some(({ kind }) => kind === 'halt.set')) throw away();
    };
    hooks.afterApply = async (commands) => {
      if (!commands.some(({ kind }) => kind === 'permit.issue')) return;
      await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' }).catch(() => undefined);
    };
    const result = await security.agent('a1').execute(pay());
    expect([result.status, result.reasons[0]?.code]).toEqual(['execution_failed', 'halted']);
    expect([(await row()).state, await sentBy(anvil, wallet)]).toEqual(['held', 0]);
    expect((await security.agent('a1').execute(pay('pay-2'))).reasons[0]?.code).toBe('halted');
  });

  it('that the store cannot take keeps a signature from leaving this process', async () => {
    await using bench = await hookedBench();
    const { security, wallet, hooks, row } = bench;
    hooks.beforeApply = (commands) => {
      if (commands.some(({ kind }) => kind === 'halt.set')) throw away();
    };
    hooks.afterApply = async (commands) => {
      if (commands.some((command) => to(command) === 'signed'))
        await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' }).catch(() => undefined);
    };
    const result = await security.agent('a1').execute(pay());
    expect([result.status, result.reasons[0]?.code, result.pending]).toEqual(['execution_failed', 'halted', true]);
    expect([(await row()).state, await sentBy(anvil, wallet)]).toEqual(['signed', 0]);
  });

  it('that cannot be read denies, and nothing is lost', async () => {
    await using bench = await hookedBench();
    const { security, wallet, hooks } = bench;
    hooks.beforeGet = (keys) => {
      if (keys.includes(storeKey.halt())) throw away();
    };
    await expect(security.agent('a1').execute(pay())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    hooks.afterApply = (commands) => {
      if (commands.some((command) => to(command) === 'signed'))
        hooks.beforeGet = (keys) => {
          if (keys.includes(storeKey.halt())) throw away();
        };
    };
    delete hooks.beforeGet;
    const result = await security.agent('a1').execute(pay());
    expect([result.status, result.reasons[0]?.code, await sentBy(anvil, wallet)]).toEqual(['execution_failed', 'store_unavailable', 0]);
    delete hooks.beforeGet;
    delete hooks.afterApply;
    expect((await security.agent('a1').execute(pay())).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('thrown in another process holds in this one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
    const given: Given = { keys: { encryptionKey: '33'.repeat(32) }, store: sqliteStore({ path: join(folder, 's.sqlite') }) };
    const one = await openBench(anvil, given);
    const two = createSecurityManager(configOf(anvil, given));
    await two.emergency.activateKillSwitch({ reason: 'from the other side', triggeredBy: 'test' });
    expect((await one.security.agent('a1').execute(pay())).reasons[0]?.code).toBe('halted');
    expect(await sentBy(anvil, one.wallet)).toBe(0);
    await one.security.shutdown(500);
    await two.shutdown(500);
    rmSync(folder, { recursive: true });
  });

  it('thrown while a person is asked holds against their yes, and uses it not up', async () => {
    const ann = person('ann');
    await using bench = await openBench(anvil, { agents: { a1: ASKS }, registry: { keys: [registered(ann, 'approver')] } });
    const { security, wallet } = bench;
    const large = { ...pay(), amount: '0.1' };
    const waiting = security.agent('a1').execute(large, { approvalWaitMs: 5_000 });
    await expect.poll(async () => (await security.approvals.list({ state: 'pending' })).length).toBe(1);
    const [open] = await security.approvals.list();
    if (open === undefined) throw new Error('nobody was asked');
    await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    await security.approvals.answer(signApproval(ann, open.request, 'approve'));
    const result = await waiting;
    expect([result.status, result.reasons[0]?.code, await sentBy(anvil, wallet)]).toEqual(['policy_rejected', 'halted', 0]);
    await security.emergency.deactivateKillSwitch(lifted);
    expect((await security.agent('a1').execute(large)).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
  });

  it('can be thrown while the manager is draining', async () => {
    const { security, wallet, hooks } = await hookedBench();
    let closing: Promise<unknown> | undefined;
    hooks.afterApply = async (commands) => {
      if (!commands.some((command) => to(command) === 'signed')) return;
      delete hooks.afterApply;
      closing = security.shutdown(5_000);
      await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    };
    expect((await security.agent('a1').execute(pay())).reasons[0]?.code).toBe('halted');
    expect(await sentBy(anvil, wallet)).toBe(0);
    await closing;
  });
});

describe('automatic stops', () => {
  it('a burst of rejections pauses the agent, and only a release lets it go on', async () => {
    await using bench = await openBench(anvil, {
      agents: { a1: FREE, a2: FREE },
      emergency: { autoResponseTriggers: [{ event: 'policy_rejected', threshold: 3, windowMs: 60_000, action: 'pause' }] },
    });
    const { security } = bench;
    for (let round = 0; round < 3; round++) await security.agent('a1').execute({ ...pay(`no-${round}`), amount: '40' });
    const paused = await security.agent('a1').execute(pay('after'));
    expect([paused.status, ['agent_paused', 'halted'].includes(paused.reasons[0]?.code ?? '')]).toEqual(['policy_rejected', true]);
    await expect.poll(async () => (await security.getHealth()).pausedAgents).toEqual(['a1']);
    expect((await security.agent('a2').execute(pay('other'))).reasons[0]?.code).toBe('wallet_unknown');
    await security.emergency.resumeAgent('a1', lifted);
    expect((await security.agent('a1').execute(pay('resumed'))).status).toBe('success');
  });
});

describe('a key used past the gate', () => {
  it('throws the kill switch as soon as it shows', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    expect((await security.agent('a1').execute(pay('before'))).status).toBe('success');
    await anvil.rpc('anvil_impersonateAccount', [wallet.address]);
    await anvil.rpc('eth_sendTransaction', [{ from: wallet.address, to: BOB, value: '0x1' }]);
    await expect.poll(() => sentBy(anvil, wallet)).toBe(2);
    expect((await security.agent('a1').dryRun(pay('look'))).blockers[0]?.code).toBe('halted');
    expect((await security.getHealth()).killSwitch, 'a dry run changes nothing').toBe('inactive');
    const result = await security.agent('a1').execute(pay('after'));
    expect([result.status, result.reasons[0]?.code]).toEqual(['policy_rejected', 'halted']);
    expect((await security.getHealth()).killSwitch).toBe('active');
    await anvil.rpc('anvil_stopImpersonatingAccount', [wallet.address]);
  });

  it('is not seen where the chain’s answer is only newer than our own record', async () => {
    let armed = false;
    let mined = async (): Promise<boolean> => true;
    const late: typeof fetch = async (input, init) => {
      // The second request’s question arrives at the node only once the first request’s transaction is in a block.
      if (armed && String(init?.body).includes('eth_getTransactionCount')) {
        armed = false;
        while (!(await mined())) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return fetch(input, init);
    };
    await using bench = await hookedBench({
      chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 }], fetch: late as never })],
    });
    const { security, wallet, hooks } = bench;
    hooks.afterApply = (commands) => {
      if (!commands.some(({ kind }) => kind === 'permit.issue')) return;
      delete hooks.afterApply;
      armed = true;
    };
    // And the first is not even redeemed before the second has begun to ask.
    hooks.beforeApply = async (commands) => {
      if (commands.some(({ kind }) => kind === 'permit.redeem')) while (armed) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    mined = async () => (await sentBy(anvil, wallet)) === 1;
    const results = await Promise.all([security.agent('a1').execute(pay('first')), security.agent('a1').execute(pay('second'))]);
    expect(results.map(({ status, reasons }) => `${status} ${reasons[0]?.code ?? ''}`)).toEqual(['success ', 'success ']);
    expect((await security.getHealth()).killSwitch).toBe('inactive');
  });

  it('shows also at a place that is only held', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    expect((await security.agent('a1').authorize(pay('held'))).approved).toBe(true);
    await anvil.rpc('anvil_setNonce', [wallet.address, '0x1']);
    expect((await security.agent('a1').execute(pay('next'))).reasons[0]?.code).toBe('halted');
    expect((await security.getHealth()).killSwitch).toBe('active');
  });
});
