import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Action, fromHex, type PayloadSignature, type SmartAccount, toHex } from '../../src/core/index.ts';
import { createBench, expectRefused } from '../custody/bench.ts';
import { CHAIN, NATIVE, on } from './chain-fixture.ts';
import { createSafeBench, type SafeBench } from './safe-bench.ts';

const ETHER = 10n ** 18n;
const PAYEE = '0x00000000000000000000000000000000000c0ffe';
let chain: SafeBench;
beforeAll(async () => {
  chain = await createSafeBench();
});
afterAll(() => chain[Symbol.asyncDispose]());

/** A wallet whose parties' keys custody keeps, on the chain, with coins; its sender has some for gas. */
async function openWallet() {
  const { codec } = chain.adapter;
  const custody = await createBench({
    key: { algorithm: 'secp256k1', mode: 'mpc', parties: ['user', 'platform', 'backup'] },
    coSigning: { secp256k1: (payload) => codec.coSigning?.(payload) },
  });
  const { coSigners, publicKey } = custody.key;
  const accountOf = (key: string) => codec.walletOf(fromHex(key), CHAIN);
  const smart = (await chain.adapter.accounts?.create('safe', {
    chain: CHAIN,
    sender: accountOf(publicKey),
    owners: (coSigners?.parties ?? []).map((party) => accountOf(party.publicKey)),
    threshold: coSigners?.threshold ?? 0,
    salt: custody.key.id,
  })) as SmartAccount;
  await chain.fund(smart.account.slice(CHAIN.length + 1), 10);
  await chain.fund(smart.sender.slice(CHAIN.length + 1), 1);
  const { node } = chain;
  const order = async (amount: bigint) => {
    const action: Action = { kind: 'transfer', asset: NATIVE, amount, to: on(PAYEE) };
    const [{ next: slot }, fee] = await Promise.all([node.sequence(smart.sender), node.quote(action, smart.account, { smart })]);
    return codec.build(action, { chain: CHAIN, wallet: smart.account, slot, fee, validUntilMs: null, smart });
  };
  const send = async ({ payload, signature, publicKey: key }: PayloadSignature) => {
    const tx = codec.adopt(payload ?? new Uint8Array(0), CHAIN, smart.account, key, smart);
    expect(codec.decode(tx).complete).toBe(true);
    const signed = codec.assemble(tx, signature);
    expect((await node.broadcast(signed)).status).toBe('accepted');
    return node.settle(signed, { timeoutMs: 20_000 });
  };
  return { custody, smart, order, send };
}

describe('custody of a Safe’s parties', () => {
  it('pays with one permit, after its bytes were tried out; the permit works once', async () => {
    const { custody, order, send } = await openWallet();
    const before = await chain.balance(PAYEE);
    const tx = await order(ETHER);
    expect((await chain.node.simulate(tx, {})).errors).toEqual([]);
    const held = await custody.hold(tx.payload);
    const signed = await custody.custody.custodian.sign(held.permit, tx.payload);
    expect(await send(signed)).toMatchObject({ status: 'final', receipt: { success: true } });
    expect((await chain.balance(PAYEE)) - before).toBe(ETHER);
    await expectRefused(custody, custody.custody.custodian.sign(held.permit, tx.payload), 'permit_used');
  });

  it('pays with each two of three, the third revoked, and with one left not at all', async () => {
    for (const lost of ['user', 'platform', 'backup']) {
      const { custody, order, send } = await openWallet();
      const idOf = (name: string): string => custody.key.coSigners?.parties.find(({ party }) => party === name)?.keyId ?? '';
      await custody.custody.keys.revokeKey(idOf(lost), 'lost');
      const tx = await order(1n);
      const { permit } = await custody.hold(tx.payload);
      expect(await send(await custody.custody.custodian.sign(permit, tx.payload))).toMatchObject({ receipt: { success: true } });
      await custody.custody.keys.revokeKey(idOf(lost === 'user' ? 'backup' : 'user'), 'lost too');
      const next = await order(1n);
      const held = await custody.hold(next.payload);
      await expect(custody.custody.custodian.sign(held.permit, next.payload)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
      expect((await custody.row(held)).state).toBe('held');
    }
  });

  it('completes after a crash what was redeemed, with the very bytes', async () => {
    const { custody, order, send } = await openWallet();
    const tx = await order(2n);
    const held = await custody.hold(tx.payload);
    const lost = await custody.custody.custodian.sign(held.permit, tx.payload);
    const again = await custody.custody.custodian.resume(held);
    expect(toHex(again.payload ?? new Uint8Array(0))).toBe(toHex(lost.payload ?? new Uint8Array(1)));
    expect(again).toEqual(lost);
    expect(await send(again)).toMatchObject({ receipt: { success: true } });
  });
});
