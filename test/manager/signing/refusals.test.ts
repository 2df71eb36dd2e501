import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { ton } from '../../../src/adapters/ton/index.ts';
import type { Doc, Json } from '../../../src/core/store.ts';
import { createSecurityManager } from '../../../src/index.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { AGENT, openBench, outcome, permit, SHOP, text, usd } from './fixture.ts';

describe('wallets that sign transactions only say so', () => {
  it('a contract, and a key that is the user’s own', async () => {
    const { store, factory } = hookedStore({}, { clock: systemClock() });
    await using bench = await openBench({ store: factory, keys: { encryptionKey: '9a'.repeat(32) } });
    const key = `wallet/${bench.wallet.account}`;
    const [row] = await store.get([`doc/${key}`]);
    const kept = (row as unknown as Doc).value as Record<string, Json>;
    const as = async (changes: Record<string, Json>): Promise<string> => {
      await store.apply([{ commands: [{ kind: 'doc.put', key, value: { ...kept, ...changes } }] }]);
      return outcome(bench.sign(permit(bench.wallet, SHOP, usd(1))));
    };
    const smart = { account: bench.wallet.account, sender: bench.wallet.account, kind: 'safe', terms: {} };
    expect(await as({ mode: 'smart-contract', smart })).toBe('REQUEST_DENIED signature_unavailable');
    expect(await as({ mode: 'non-custodial' })).toBe('REQUEST_DENIED signature_unavailable');
    expect(await as({})).toBe('signed');
  });

  it('a family of chains that knows nothing else', async () => {
    const chain = 'ton:-3';
    await using security = createSecurityManager({
      chains: [ton({ chain, endpoint: 'http://127.0.0.1:9' })],
      agents: { a1: { signatures: { messages: 'allow' } } },
    });
    const { account } = await security.custody.createWallet('owner', 'a1');
    const asked = security.agent('a1').signOrder({ chain: chain as never, wallet: account, order: text('hello') });
    expect(await outcome(asked)).toBe('REQUEST_DENIED signature_unavailable');
  });

  it('a wallet whose parties are asked about everything signs nothing by itself', async () => {
    await using bench = await openBench({ custody: { platformManaged: false } });
    expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(1))))).toBe('REQUEST_DENIED party_approval_required');
  });

  it('an agent under a pause, and a manager that is switched off', async () => {
    await using bench = await openBench();
    await bench.security.emergency.pauseAgent('a1', { reason: 'test', by: 'test' });
    expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(1))))).toBe('REQUEST_DENIED agent_paused');
    await using off = await openBench({ enabled: false });
    expect(await outcome(off.sign(permit(off.wallet, SHOP, usd(1))))).toBe('REQUEST_DENIED security_disabled');
  });

  it('a chain that is out of reach is no reason: nothing is asked of it to decide', async () => {
    await using bench = await openBench({ agents: { a1: { ...AGENT, requireSimulation: true } } });
    expect(await outcome(bench.sign(permit(bench.wallet, SHOP, usd(1))))).toBe('signed');
    expect(bench.script.asked).toBe(0);
  });
});
