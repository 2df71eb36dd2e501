import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { SecurityEvent } from '../../src/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { LOGGER, logData } from '../evm/logger-contract.ts';
import { deploy } from '../fixtures/evm-contracts.ts';
import { BOB, configOf, ETH, FREE, fund, type Given, openBench } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const monitored = (given: Given = {}): Given => ({
  ...given,
  emergency: { autoResponseTriggers: [], monitor: { intervalMs: 20 }, ...given.emergency },
});
const wait = async (until: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> => {
  const dueMs = Date.now() + ms;
  while (!(await until())) {
    if (Date.now() > dueMs) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
/** Waits until the monitor has looked at everything up to a moment after the call. */
const looked = async (security: SecurityManager): Promise<void> => {
  const nowMs = Date.now();
  await wait(async () => {
    const { monitor } = await security.getHealth();
    return monitor.every(({ completeAtMs }) => completeAtMs !== null && completeAtMs > nowMs + 30);
  });
};
function unrecorded(security: SecurityManager): SecurityEvent[] {
  const events: SecurityEvent[] = [];
  security.onEvent((event) => {
    if (event.type === 'monitor_unrecorded' || event.type === 'monitor_reorg') events.push(event);
  });
  return events;
}
const details = (event: SecurityEvent | undefined) => (event !== undefined && 'details' in event ? event.details : {});
/** Fixed, so that the same transaction is the same again. */
const FEES = { maxFeePerGas: '0x174876e800', maxPriorityFeePerGas: '0x1' };
/** Uses the wallet's account as whoever has its key would, past the gate. */
async function drain(from: string, to: string, value: bigint, data = '0x'): Promise<string> {
  await anvil.rpc('anvil_impersonateAccount', [from]);
  const hash = await anvil.rpc('eth_sendTransaction', [{ from, to, value: `0x${value.toString(16)}`, data, gas: '0x30d40', ...FEES }]);
  await anvil.rpc('anvil_stopImpersonatingAccount', [from]);
  return hash as string;
}

describe('the monitor', () => {
  it('tells a transaction past the gate within two blocks, once, and pauses the agent', async () => {
    await using bench = await openBench(anvil, monitored());
    const { security, wallet } = bench;
    const events = unrecorded(security);
    await security.start();
    expect((await security.agent('a1').execute({ id: 'p1', to: BOB, amount: '0.01', asset: 'ETH' })).status).toBe('success');
    await looked(security);
    expect(events).toEqual([]);
    const hash = await drain(wallet.address, BOB, ETH);
    await wait(() => events.length > 0);
    expect(events[0]).toMatchObject({ severity: 'critical', agent: 'a1' });
    expect(details(events[0])).toMatchObject({ finding: 'transaction', txHash: hash, amount: ETH.toString(), slot: 1 });
    const [, head] = [0, Number(await anvil.rpc('eth_blockNumber'))];
    expect(head - Number(details(events[0])['block'])).toBeLessThan(2);
    await looked(security);
    expect(events.length).toBe(1);
    expect((await security.getHealth()).pausedAgents).toEqual(['a1']);
    expect((await security.emergency.getActiveEmergencies())[0]).toMatchObject({ kind: 'pause', agent: 'a1', by: 'monitor' });
    expect((await security.agent('a1').execute({ id: 'p2', to: BOB, amount: '0.01', asset: 'ETH' })).status).toBe('policy_rejected');
  });

  it('is silent about payments in and out, and about what a stranger’s contract writes; a forged log is told and stops nothing', async () => {
    await using bench = await openBench(anvil, monitored());
    const { security, wallet } = bench;
    const events = unrecorded(security);
    await security.start();
    const bait = '0x00000000000000000000000000000000000c0de0';
    await anvil.rpc('anvil_setCode', [bait, LOGGER]);
    await drain(BOB, wallet.address, ETH);
    for (let payment = 0; payment < 5; payment += 1)
      expect((await security.agent('a1').execute({ id: `p${payment}`, to: BOB, amount: '0.01', asset: 'ETH' })).status).toBe('success');
    await looked(security);
    expect(events).toEqual([]);
    await drain(BOB, bait, 0n, logData('Transfer(address,address,uint256)', [wallet.address, BOB], [5n]));
    await wait(() => events.length > 0);
    expect(events.map(({ severity }) => severity)).toEqual(['warning']);
    expect((await security.getHealth()).pausedAgents).toEqual([]);
  });

  it('goes on after a restart where it stopped: what happened in between is told once, by one of two processes', async () => {
    const store = createMemoryStore({ clock: systemClock() });
    const shared = { open: () => ({ ...store, close: async () => undefined }) };
    const given = monitored({ store: shared, keys: { encryptionKey: '5a'.repeat(32) } });
    const first = createSecurityManager(configOf(anvil, given));
    const wallet = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    await first.start();
    await looked(first);
    await first.shutdown(2_000);
    await drain(wallet.address, BOB, 7n);
    await anvil.rpc('anvil_mine', ['0x50']);
    const pair = [createSecurityManager(configOf(anvil, given)), createSecurityManager(configOf(anvil, given))];
    const heard = pair.map(unrecorded);
    await Promise.all(pair.map((security) => security.start()));
    await Promise.all(pair.map(looked));
    for (const events of heard) expect(events.map((event) => details(event)['finding'])).toEqual(['transaction']);
    const rows = await store.log(0);
    expect(rows.filter(({ entry }) => entry.includes('"monitor_unrecorded"')).length).toBe(1);
    await Promise.all(pair.map((security) => security.shutdown(2_000)));
  });

  it('tells nothing twice through a reorganisation, and notes once what is gone', async () => {
    await using bench = await openBench(
      anvil,
      monitored({ emergency: { autoResponseTriggers: [], monitor: { intervalMs: 20, pause: false } } }),
    );
    const { security, wallet } = bench;
    const events = unrecorded(security);
    await security.start();
    await looked(security);
    await drain(wallet.address, BOB, 9n);
    await wait(() => events.length === 1);
    await anvil.rpc('anvil_reorg', [2, []]);
    await anvil.rpc('evm_mine', []);
    await wait(() => events.length === 2);
    expect(events[1]).toMatchObject({ type: 'monitor_reorg' });
    expect((await security.getHealth()).pausedAgents).toEqual([]);
    // The very same transaction again: the reorganisation took the funding with it.
    await fund(anvil, wallet.address);
    await drain(wallet.address, BOB, 9n);
    await looked(security);
    expect(events.map(({ type }) => type)).toEqual(['monitor_unrecorded', 'monitor_reorg']);
  });

  it('knows the rights that decisions gave: their use is no finding', async () => {
    const token = await deploy(anvil, 'PlainToken', ['USD', 6]);
    await using bench = await openBench(
      anvil,
      monitored({
        tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }],
        agents: {
          a1: {
            ...FREE,
            limits: { ...FREE.limits, assets: { USD: { perTransaction: 1_000, daily: 1_000 } } },
            capabilities: { approvals: { enabled: true, spenders: [BOB] } },
          },
        },
      }),
    );
    const { security, wallet } = bench;
    const events = unrecorded(security);
    await security.start();
    await looked(security);
    await token.send('mint', [wallet.address, 1_000_000n]);
    const given = await security.agent('a1').execute({ id: 'a1', spender: BOB, amount: '0.5', asset: 'USD' });
    expect(given.status, JSON.stringify(given.reasons)).toBe('success');
    await token.send('transferFrom', [wallet.address, BOB, 300_000n], { from: BOB });
    await looked(security);
    expect(events).toEqual([]);
    // Past the gate, the key gives a right away, which somebody then uses.
    await drain(wallet.address, token.address, 0n, token.data('approve', [BOB, 900_000n]));
    await wait(() => events.length === 1);
    expect(details(events[0])).toMatchObject({ finding: 'transaction' });
    await security.shutdown(1_000);
  });

  it('takes what a token of the configuration says for certain', async () => {
    const token = '0x00000000000000000000000000000000000c0de1';
    await anvil.rpc('anvil_setCode', [token, LOGGER]);
    await using bench = await openBench(anvil, monitored({ tokens: [{ symbol: 'USD', address: token, decimals: 6 }] }));
    const { security, wallet } = bench;
    const events = unrecorded(security);
    await security.start();
    await looked(security);
    const writes = (event: string, value: bigint) => drain(BOB, token, 0n, logData(event, [wallet.address, BOB], [value]));
    await writes('Transfer(address,address,uint256)', 1n);
    await wait(() => events.length === 1);
    expect(details(events[0])).toMatchObject({ finding: 'transfer', amount: '1' });
    await writes('Approval(address,address,uint256)', 5n);
    await wait(() => events.length === 2);
    expect(details(events[1])).toMatchObject({ finding: 'allowance', amount: '5' });
    await anvil.rpc('anvil_setBalance', [wallet.address, '0x5']);
    await anvil.rpc('evm_mine', []);
    await wait(() => events.length === 3);
    expect(details(events[2])).toMatchObject({ finding: 'balance', after: '5' });
    await anvil.rpc('anvil_setCode', [wallet.address, `0xef0100${BOB.slice(2)}`]);
    await anvil.rpc('evm_mine', []);
    await wait(() => events.length === 4);
    expect(details(events[3])).toMatchObject({ finding: 'code' });
    await anvil.rpc('anvil_setNonce', [wallet.address, '0x3']);
    await looked(security);
    expect(events.length).toBe(4);
    expect(events.map(({ severity }) => severity)).toEqual(['critical', 'critical', 'critical', 'critical']);
  });

  it('says in health that a chain cannot be looked at', async () => {
    const own = await startAnvil();
    const security = createSecurityManager(configOf(own, monitored()));
    await security.custody.createWallet('owner', 'a1');
    await security.start();
    await looked(security);
    await own.stop();
    await wait(async () => (await security.getHealth()).monitor[0]?.lastError !== null);
    const health = await security.getHealth();
    expect([health.status, health.monitor[0]?.caughtUp, health.jobs['monitor']?.lastError !== null]).toEqual(['degraded', false, true]);
    await security.shutdown(500);
  });
});
