import { Address, beginCell, internal, SendMode, toNano } from '@ton/core';
import { TonClient, WalletContractV4, WalletContractV5R1 } from '@ton/ton';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, isCastellanError, type SecurityManager, type Wallet } from '../../src/index.ts';
import { toGuardedSender, toGuardedSigner } from '../../src/integrations/wallets/ton/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

let chain: TonDevChain;
let security: SecurityManager;
let wallet: Wallet;
let client: TonClient;
let publicKey: Buffer;
let shop: Address;

beforeAll(async () => {
  chain = await startTonDevChain();
  client = new TonClient({ endpoint: chain.url });
  shop = walletOf(keysOf('shop').publicKey, chain).address;
  security = createSecurityManager({
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10 })],
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 4, daily: 20 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
  });
  wallet = await security.custody.createWallet('owner', 'a1');
  await chain.fund(wallet.address, toNano(10));
  publicKey = Buffer.from(wallet.publicKey ?? '', 'hex');
});
afterAll(async () => {
  await security?.shutdown(2_000);
  await chain?.close();
});

async function refusal(run: () => unknown): Promise<{ readonly code: string; readonly reason: unknown }> {
  try {
    await run();
  } catch (error) {
    if (isCastellanError(error)) return { code: error.code, reason: error.details['reason'] };
    throw error;
  }
  return { code: 'nothing thrown', reason: null };
}
const PAID_APART = SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS;
const contract = () => WalletContractV5R1.create({ workchain: 0, publicKey, walletId: { networkGlobalId: -3 } });
const messageOf = (value: bigint) => internal({ to: shop, value, bounce: false, body: 'by hand' });

describe('a guarded sender', () => {
  it('sends what a contract of the library hands it, to the end of the trace', async () => {
    const sender = toGuardedSender(security.agent('a1'), wallet);
    expect(sender.address.equals(Address.parse(wallet.address))).toBe(true);
    await sender.send({ to: shop, value: toNano('0.5') });
    expect(await chain.balance(shop.toString())).toBe(toNano('0.5'));
    await sender.send({ to: shop, value: toNano('0.1'), bounce: false, sendMode: SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS });
    expect(await chain.balance(shop.toString())).toBeGreaterThan(toNano('0.5999'));
  });

  it('throws what the gate refuses, with its reason', async () => {
    const sender = toGuardedSender(security.agent('a1'), wallet);
    const before = await chain.balance(wallet.address);
    const init = { code: beginCell().storeUint(1, 8).endCell(), data: beginCell().endCell() };
    expect(await refusal(() => sender.send({ to: shop, value: toNano('4.5') }))).toEqual({
      code: 'REQUEST_DENIED',
      reason: 'per_transaction_limit',
    });
    expect(await refusal(() => sender.send({ to: shop, value: 1n, sendMode: 128 + 2 }))).toMatchObject({ reason: 'hazard_not_allowed' });
    expect(await refusal(() => sender.send({ to: shop, value: 1n, bounce: true, init }))).toMatchObject({ code: 'REQUEST_DENIED' });
    expect(await refusal(() => sender.send({ to: shop, value: -1n }))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await refusal(() => sender.send({ to: shop, value: 1n, extracurrency: { 1: 5n } }))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await chain.balance(wallet.address)).toBe(before);
  });

  it('may return once the message is out', async () => {
    chain.setFaults({ latencyMs: 1 });
    await toGuardedSender(security.agent('a1'), wallet, { until: 'broadcast' }).send({ to: shop, value: 1_000n });
    chain.setFaults({});
  });
});

describe('a guarded signer', () => {
  it('signs the very cell that a wallet of the library built, and the library sends it', async () => {
    const own = contract();
    const opened = client.open(own);
    const seqno = await opened.getSeqno();
    const signer = toGuardedSigner(security.agent('a1'), wallet);
    const before = await chain.balance(shop.toString());
    const transfer = await own.createTransfer({ seqno, messages: [messageOf(toNano('0.25'))], sendMode: PAID_APART, signer });
    await opened.send(transfer);
    expect((await chain.balance(shop.toString())) - before).toBeGreaterThan(toNano('0.24'));
    expect(await opened.getSeqno()).toBe(seqno + 1);
  });

  it('signs nothing that the gate refuses: a limit, a whole balance, another seqno, another wallet of the key', async () => {
    const own = contract();
    const seqno = await client.open(own).getSeqno();
    const signer = toGuardedSigner(security.agent('a1'), wallet);
    const asked = (value: bigint, sendMode: SendMode = PAID_APART, at = seqno) =>
      refusal(() => own.createTransfer({ seqno: at, messages: [messageOf(value)], sendMode, signer }));
    expect(await asked(toNano('4.5'))).toEqual({ code: 'REQUEST_DENIED', reason: 'per_transaction_limit' });
    expect(await asked(1n, 128)).toEqual({ code: 'REQUEST_DENIED', reason: 'hazard_not_allowed' });
    expect(await asked(1n, PAID_APART, seqno + 7)).toEqual({ code: 'REQUEST_DENIED', reason: 'slot_taken' });
    const older = WalletContractV4.create({ workchain: 0, publicKey });
    const v4 = await refusal(() => older.createTransfer({ seqno: 0, messages: [messageOf(1n)], sendMode: PAID_APART, signer }));
    expect(v4).toEqual({ code: 'REQUEST_DENIED', reason: 'payload_undecodable' });
    const signed = await refusal(() => signer(beginCell().storeUint(0, 32).storeStringTail('I owe you').endCell()));
    expect(signed).toEqual({ code: 'REQUEST_DENIED', reason: 'payload_undecodable' });
  });
});
