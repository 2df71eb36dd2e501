import { Address, beginCell, external, internal, SendMode, storeMessage, toNano } from '@ton/core';
import { keyPairFromSeed } from '@ton/crypto';
import { TonClient, WalletContractV5R1 } from '@ton/ton';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { openToncenter, ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { type Gateway, openGateway } from '../../src/integrations/gateway/index.ts';
import { createGuardedToncenter, type GuardedToncenter } from '../../src/integrations/wallets/ton/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';

const SHOP = Address.parse(`0:${'71'.repeat(32)}`);
const STRANGER = Address.parse(`0:${'72'.repeat(32)}`);
const TOKEN = `${'t'.repeat(20)}Token_of-agent-1`;
/** A key of the agent's own, that is nobody's: the gate signs with the wallet's. */
const throwaway = keyPairFromSeed(Buffer.alloc(32, 7));

let chain: TonDevChain;
let security: SecurityManager;
let wallet: Awaited<ReturnType<SecurityManager['custody']['createWallet']>>;
let door: GuardedToncenter;
let gateway: Gateway;
let contract: WalletContractV5R1;
let client: TonClient;

beforeAll(async () => {
  chain = await startTonDevChain();
  security = createSecurityManager({
    risk: { anomalyThreshold: 100 },
    chains: [ton({ chain: 'ton:-3', endpoint: chain.url, pollMs: 20 })],
    agents: {
      a1: {
        template: 'balanced',
        limits: { unit: 'TON', perTransaction: 1, daily: 5 },
        allowedDestinations: [SHOP.toString()],
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 },
      },
    },
  });
  wallet = await security.custody.createWallet('owner', 'a1');
  await chain.fund(wallet.address, toNano('10'));
  door = createGuardedToncenter({ agent: security.agent('a1'), wallets: [wallet], upstream: { url: chain.url } });
  gateway = await openGateway({ agents: { a1: { toncenter: door, token: TOKEN } } });
  contract = WalletContractV5R1.create({ publicKey: Buffer.from(wallet.publicKey ?? '', 'hex'), walletId: { networkGlobalId: -3 } });
  client = new TonClient({ endpoint: `${gateway.url('a1')}/api/v2/jsonRPC` });
});
afterAll(async () => {
  await gateway?.close();
  door?.close();
  await security?.shutdown();
  await chain?.close();
});

const balance = (address: Address): Promise<bigint> => chain.balance(address.toRawString());
const transfer = async (to: Address, value: bigint, seqno: number) =>
  contract.createTransfer({
    seqno,
    secretKey: throwaway.secretKey,
    messages: [internal({ to, value, bounce: false })],
    sendMode: SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS,
  });
async function until(reached: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200 && !(await reached()); look += 1) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a guarded toncenter', () => {
  it('serves the official client: it reads, and its transfers pass the gate', async () => {
    const opened = client.open(contract);
    expect(await opened.getBalance()).toBe(toNano('10'));
    const seqno = await opened.getSeqno();
    await opened.send(await transfer(SHOP, toNano('0.5'), seqno));
    await until(async () => (await balance(SHOP)) > 0n);
    expect(await balance(SHOP)).toBe(toNano('0.5'));
    expect(await opened.getSeqno()).toBe(seqno + 1);
  });

  it('refuses what the policy does not allow, with the reason, and nothing is sent', async () => {
    const opened = client.open(contract);
    const seqno = await opened.getSeqno();
    for (const [to, value, reason] of [
      [SHOP, toNano('2'), 'per_transaction_limit'],
      [STRANGER, toNano('0.1'), 'destination_not_allowed'],
    ] as const) {
      const error = (await opened.send(await transfer(to, value, seqno)).catch((thrown: unknown) => thrown)) as {
        readonly response?: { readonly status: number; readonly data: { readonly error: string } };
      };
      expect([error.response?.status, error.response?.data.error.split(':')[0]]).toEqual([403, reason]);
    }
    expect([await opened.getSeqno(), await balance(STRANGER)]).toEqual([seqno, 0n]);
  });

  it('takes the plain form of the API, too', async () => {
    const seqno = await client.open(contract).getSeqno();
    const message = external({ to: contract.address, body: await transfer(SHOP, toNano('0.1'), seqno) });
    const boc = beginCell().store(storeMessage(message)).endCell().toBoc().toString('base64');
    const post = (path: string, body: object) =>
      fetch(`${gateway.url('a1')}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const before = await balance(SHOP);
    const sent = (await (await post('/api/v2/sendBocReturnHash', { boc })).json()) as {
      readonly ok: boolean;
      readonly result: { readonly hash: string };
    };
    expect([sent.ok, Buffer.from(sent.result.hash, 'base64').length]).toEqual([true, 32]);
    await until(async () => (await balance(SHOP)) > before);
    // Less what the account pays for being stored.
    expect((await balance(SHOP)) - before).toBeGreaterThan(toNano('0.099'));
    const read = await fetch(`${gateway.url('a1')}/api/v2/getAddressBalance?address=${SHOP.toRawString()}`);
    expect(await read.json()).toEqual({ ok: true, result: String(await balance(SHOP)) });
    expect((await fetch(`http://127.0.0.1:${gateway.port}/api/v2/getMasterchainInfo`)).status).toBe(401);
  });

  it('stands in front of any connection', async () => {
    const toncenter = openToncenter({ url: chain.url, timeoutMs: 5_000, clock: systemClock() });
    const over = createGuardedToncenter({ agent: security.agent('a1'), wallets: [wallet], upstream: toncenter.ask });
    expect(await over.request('getAddressBalance', { address: STRANGER.toRawString() })).toBe('0');
    over.close();
    expect(await over.request('getAddressBalance', { address: STRANGER.toRawString() })).toBe('0');
    toncenter.close();
    await expect(over.request('getMasterchainInfo', {})).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it.each([
    ['sendQuery', { address: '0:0' }, 'SIGNING_CLOSED'],
    ['dev_faucet', {}, 'SIGNING_CLOSED'],
    ['__proto__', {}, 'SIGNING_CLOSED'],
    ['sendBoc', {}, 'REQUEST_INVALID'],
    ['sendBoc', { boc: 7 }, 'REQUEST_INVALID'],
    ['sendBoc', { boc: 'te6ccgEBAQEAAgAAAA==' }, 'REQUEST_INVALID'],
    ['sendBoc', { boc: '%%' }, 'REQUEST_INVALID'],
  ])('refuses %s %j', async (method, params, code) => {
    await expect(door.request(method, params)).rejects.toMatchObject({ code });
  });

  it('signs for no other wallet, and nothing that it cannot read', async () => {
    const foreign = WalletContractV5R1.create({ publicKey: throwaway.publicKey, walletId: { networkGlobalId: -3 } });
    const send = (to: Address, body: Parameters<typeof external>[0]['body']) =>
      door.request('sendBoc', {
        boc: beginCell()
          .store(storeMessage(external({ to, ...(body === undefined ? {} : { body }) })))
          .endCell()
          .toBoc()
          .toString('base64'),
      });
    const order = await transfer(SHOP, 1n, 0);
    await expect(send(foreign.address, order)).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      details: { reason: 'agent_not_wallet_owner' },
    });
    const garbage = beginCell().storeUint(0xdead, 32).storeBuffer(Buffer.alloc(80, 3)).endCell();
    await expect(send(contract.address, garbage)).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      details: { reason: 'payload_undecodable' },
    });
    await expect(send(contract.address, beginCell().storeUint(1, 32).endCell())).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
