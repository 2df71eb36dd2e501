import { Address, internal, SendMode } from '@ton/core';
import { type KeyPair, mnemonicNew, mnemonicToPrivateKey } from '@ton/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityEvent, type SecurityManager, type Wallet } from '../../src/index.ts';
import { toTonUserSigner } from '../../src/integrations/wallets/ton/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, type RawWallet, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';

const TON = 1_000_000_000n;
let chain: TonDevChain;
let security: SecurityManager;
let events: SecurityEvent[];
let wallet: Wallet;
let own: Wallet;
let bank: RawWallet;
/** The key of the first agent's wallet, as whoever stole the phrase has it. */
let keys: KeyPair;

beforeAll(async () => {
  chain = await startTonDevChain();
  bank = await rawWallet(chain, 'bank', 100n * TON);
  const agent = {
    template: 'aggressive',
    limits: { unit: 'TON', perTransaction: 5, daily: 20 },
    rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
  };
  security = createSecurityManager({
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, maxClockSkewMs: 3_600_000 })],
    agents: { a1: agent, a2: agent },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [], monitor: { intervalMs: 20, pause: 'kill' } },
    execution: { settleTimeoutMs: 10_000, reconcileMs: 3_600_000 },
  });
  const words = await mnemonicNew(24);
  keys = await mnemonicToPrivateKey(words);
  await security.keys.importKey({ mnemonic: words.join(' '), format: 'ton', id: 'mine' });
  wallet = await security.custody.createWallet('owner', 'a1', { keyId: 'mine' });
  own = await security.custody.createWallet('owner', 'a2', { mode: 'non-custodial', signer: toTonUserSigner(keysOf('the wallet of a2')) });
  for (const { address } of [wallet, own]) await chain.fund(address, 10n * TON);
  events = [];
  security.onEvent((event) => {
    if (event.type === 'monitor_unrecorded') events.push(event);
  });
  await security.start();
  await looked();
});
afterAll(async () => {
  await security.shutdown(2_000);
  await chain.close();
});

async function looked(): Promise<void> {
  const nowMs = Date.now();
  for (;;) {
    const { monitor } = await security.getHealth();
    if (monitor.every(({ completeAtMs }) => completeAtMs !== null && completeAtMs > nowMs + 30)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const details = (event: SecurityEvent | undefined) => (event !== undefined && 'details' in event ? event.details : {});

describe('the monitor on TON', () => {
  it('is silent about our own payments, also those of a user’s own key, and about what is received', async () => {
    for (const agentId of ['a1', 'a2']) {
      const paid = await security.agent(agentId).execute({ id: 'p1', to: bank.address.toString(), amount: '1', asset: 'TON' });
      expect(paid.status, JSON.stringify(paid.reasons)).toBe('success');
    }
    await bank.pay({ to: Address.parse(wallet.address), value: TON });
    await looked();
    expect(events).toEqual([]);
  });

  it('tells what a user does with their own key, and stops nothing', async () => {
    const theirs = await rawWallet(chain, 'the wallet of a2', 0n);
    await theirs.pay({ to: bank.address, value: TON });
    await looked();
    expect(events.map(({ severity, agent }) => [severity, agent])).toEqual([['warning', 'a2']]);
    expect((await security.getHealth()).killSwitch).toBe('inactive');
  });

  it('tells a drain by the key past the gate, once, and kills where it is told to', async () => {
    const contract = bank.client.open(walletOf(keys.publicKey, chain));
    expect(contract.address.equals(Address.parse(wallet.address))).toBe(true);
    const [seqno, messages] = [await contract.getSeqno(), [internal({ to: bank.address, value: 2n * TON })]];
    await contract.sendTransfer({ seqno, messages, secretKey: keys.secretKey, sendMode: SendMode.PAY_GAS_SEPARATELY });
    await looked();
    const drained = events.filter(({ agent }) => agent === 'a1');
    expect(drained.map((event) => [event.severity, details(event)['finding'], details(event)['slot'], details(event)['amount']])).toEqual([
      ['critical', 'transaction', 1, (2n * TON).toString()],
    ]);
    expect((await security.getHealth()).killSwitch).toBe('active');
    await looked();
    expect(events.filter(({ agent }) => agent === 'a1').length).toBe(1);
  });
});
