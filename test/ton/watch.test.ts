import { readFileSync } from 'node:fs';
import { Address, beginCell, Cell } from '@ton/core';
import { runTolkCompiler } from '@ton/tolk-js';
import { WalletContractV3R2, WalletContractV4 } from '@ton/ton';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import type { Receipt, SettlementStatus, SignedTransaction } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { type JettonMinter, jettonWalletAddress, refuser, tonContract, tonFixture } from '../fixtures/ton-contracts.ts';
import { deployJetton, deployTon, jettonBalance, type RawWallet, rawWallet } from '../fixtures/ton-deploy.ts';
import { jettonTransferBody, mintBody } from '../fixtures/ton-messages.ts';
import { balanceOf, type Connection, connect, idOf, jettonId, type Owner, pay, rawOf, spent, TON } from './node-scene.ts';

const COIN = 1_000_000_000n;
const nobody = idOf(new Address(0, Buffer.alloc(32, 0x5e)));

/** A token whose accounts take tokens from the minter only. */
async function stuckJetton(admin: Address): Promise<JettonMinter> {
  const source = readFileSync(new URL('../../contracts/ton/jetton-wallet.tolk', import.meta.url), 'utf8').replace(
    'InternalTransfer => receiveTokens(in.senderAddress, in.valueCoins, msg),',
    'InternalTransfer => { assert (in.senderAddress == WalletData.load().minter) throw 999; receiveTokens(in.senderAddress, in.valueCoins, msg); }',
  );
  const shared = readFileSync(new URL('../../contracts/ton/jetton.tolk', import.meta.url), 'utf8');
  const result = await runTolkCompiler({
    entrypointFileName: 'stuck.tolk',
    fsReadCallback: (path) => (path === 'stuck.tolk' ? source : shared),
  });
  if (result.status === 'error' || !source.includes('999')) throw new Error('the fixture does not compile');
  const walletCode = Cell.fromBase64(result.codeBoc64);
  const content = beginCell().storeUint(1, 8).storeStringTail('stuck').endCell();
  const data = beginCell().storeCoins(0).storeAddress(admin).storeRef(content).storeRef(walletCode).endCell();
  return { ...tonFixture(await tonContract('jetton-minter'), data), walletCode };
}

function receiptOf(status: SettlementStatus): Receipt {
  if (status.status !== 'final') throw new Error(`the transaction is ${status.status}`);
  return status.receipt;
}

describe('on a chain that runs everything at once', () => {
  let chain: TonDevChain;
  let bank: RawWallet;
  let on: Connection;
  let alice: Owner;

  /** Broadcasts, waits for the end, and holds the receipt's coins against the wallet's balance. */
  async function run(signed: SignedTransaction): Promise<Receipt> {
    const before = await balanceOf(chain, alice.wallet);
    expect(await on.node.broadcast(signed)).toEqual({ status: 'accepted', hash: signed.hash });
    const receipt = receiptOf(await on.node.settle(signed, { timeoutMs: 5_000 }));
    expect(receipt.feePaid + spent(receipt.effects, alice.wallet, TON)).toBe(before - (await balanceOf(chain, alice.wallet)));
    expect(receipt.effects.every(({ source }) => source === 'chain')).toBe(true);
    expect(receipt.effects[0]).toMatchObject({ kind: 'fee', account: alice.wallet, asset: TON, max: receipt.feePaid });
    expect(receipt.txHash).toBe(signed.hash);
    return receipt;
  }

  beforeAll(async () => {
    chain = await startTonDevChain();
    bank = await rawWallet(chain, 'bank', 1_000n * COIN);
    on = connect(chain.url);
    alice = on.owner('alice');
    await chain.fund(rawOf(alice.wallet), 50n * COIN);
    await run(await on.order(alice, pay(idOf(bank.address), 1n)));
  });
  afterAll(async () => {
    await on.node.close();
    await chain.close();
  });

  it('a payment is pending, then final with what it cost to the nanoton', async () => {
    const signed = await on.order(alice, pay(nobody, COIN));
    expect(await on.node.status(signed)).toEqual({ status: 'pending' });
    const receipt = await run(signed);
    expect(receipt).toMatchObject({ success: true });
    expect(receipt.partial).toBeUndefined();
    expect(receipt.feePaid).toBeGreaterThan(0n);
    expect(receipt.effects.slice(1)).toEqual([
      { kind: 'outflow', account: alice.wallet, counterparty: nobody, asset: TON, amount: COIN, leaf: '0', source: 'chain' },
    ]);
    expect(await on.node.broadcast(signed)).toEqual({ status: 'known', hash: signed.hash });
    expect((await on.node.status(signed)).status).toBe('final');
  });

  it.each([
    ['V4R2', WalletContractV4],
    ['V3R2', WalletContractV3R2],
  ])('a %s wallet is served like ours', async (_name, contract) => {
    const { keys } = on.owner('old');
    const old: Owner = { keys, wallet: idOf(contract.create({ workchain: 0, publicKey: keys.publicKey }).address) };
    await chain.fund(rawOf(old.wallet), 5n * COIN);
    for (const slot of [0, 1]) {
      expect((await on.node.sequence(old.wallet)).next).toBe(slot);
      const [signed, other] = [await on.order(old, pay(nobody, COIN)), await on.order(old, pay(nobody, 2n * COIN))];
      expect((await on.node.broadcast(signed)).status).toBe('accepted');
      expect(receiptOf(await on.node.status(signed)).success).toBe(true);
      expect(await on.node.status(other)).toEqual({ status: 'replaced', by: signed.hash });
    }
  });

  it('a payment to oneself costs fees only', async () => {
    const receipt = await run(await on.order(alice, pay(alice.wallet, COIN)));
    expect(receipt.success).toBe(true);
    expect(spent(receipt.effects, alice.wallet, TON)).toBe(0n);
  });

  it('what a contract refuses comes back: a failure that cost fees only', async () => {
    const wall = await refuser(1);
    await deployTon(bank, [wall]);
    const receipt = await run(await on.order(alice, pay(idOf(wall.address), COIN)));
    expect(receipt.success).toBe(false);
    expect(receipt.partial).toBeUndefined();
    expect(spent(receipt.effects, alice.wallet, TON)).toBe(0n);
    expect(receipt.feePaid).toBeLessThan(COIN / 50n);
  });

  it('what the wallet skipped for want of money is a failure, whatever the contract says', async () => {
    const receipt = await run(await on.order(alice, pay(nobody, 10_000n * COIN)));
    expect(receipt).toMatchObject({ success: false });
    expect(receipt.partial).toBeUndefined();
    expect(receipt.effects).toHaveLength(1);
  });

  it('one message sent and one skipped is a failure in part', async () => {
    const calls = [COIN, 10_000n * COIN].map((value) => ({ to: nobody, value, data: new Uint8Array() }));
    const receipt = await run(await on.order(alice, { kind: 'calls', calls }));
    expect(receipt).toMatchObject({ success: false, partial: true });
    expect(spent(receipt.effects, alice.wallet, TON)).toBe(COIN);
  });

  it('a trace that goes on beyond the bounds is over, and no success', async () => {
    const calls = Array.from({ length: 130 }, () => ({ to: nobody, value: 1_000n, data: new Uint8Array() }));
    const signed = await on.order(alice, { kind: 'calls', calls });
    await on.node.broadcast(signed);
    const receipt = receiptOf(await on.node.settle(signed, { timeoutMs: 10_000 }));
    expect(receipt).toMatchObject({ success: false, partial: true });
  });

  it('waiting ends when the node is closed, or when it may last no longer', async () => {
    const signed = await on.order(alice, pay(nobody, 1n));
    expect(await on.node.settle(signed, { timeoutMs: 30 })).toEqual({ status: 'pending' });
    const other = connect(chain.url);
    const waiting = other.node.settle(signed, { timeoutMs: 60_000 });
    await other.node.close();
    expect(await waiting).toEqual({ status: 'pending' });
  });

  describe('with tokens', () => {
    it('a transfer counts once they arrived, though the mere notice found no gas', async () => {
      const jetton = await deployJetton(bank, { mint: [[Address.parseRaw(rawOf(alice.wallet)), 1_000n]] });
      const signed = await on.order(alice, pay(idOf(bank.address), 25n, jettonId(jetton)));
      const receipt = await run(signed);
      expect(receipt.success).toBe(true);
      expect(spent(receipt.effects, alice.wallet, jettonId(jetton))).toBe(25n);
      // All coins that did not come back are fee.
      expect(spent(receipt.effects, alice.wallet, TON)).toBe(0n);
      expect(await jettonBalance(bank.client, jetton, bank.address)).toBe(25n);
    });

    it('an overdraft bounces off the own token account: fees only', async () => {
      const jetton = await deployJetton(bank, { content: 'few', mint: [[Address.parseRaw(rawOf(alice.wallet)), 10n]] });
      const receipt = await run(await on.order(alice, pay(idOf(bank.address), 11n, jettonId(jetton))));
      expect(receipt.success).toBe(false);
      expect(receipt.partial).toBeUndefined();
      expect(spent(receipt.effects, alice.wallet, jettonId(jetton))).toBe(0n);
    });

    it('a transfer that fails at the recipient’s token account is a failure in part, and takes no tokens', async () => {
      const owner = Address.parseRaw(rawOf(alice.wallet));
      const jetton = await stuckJetton(bank.address);
      await deployTon(bank, [jetton], COIN / 20n);
      await bank.pay({ to: jetton.address, value: COIN / 10n, body: mintBody({ to: owner, amount: 100n }) });
      const receipt = await run(await on.order(alice, pay(idOf(bank.address), 40n, jettonId(jetton))));
      expect(receipt).toMatchObject({ success: false, partial: true });
      expect(spent(receipt.effects, alice.wallet, jettonId(jetton))).toBe(0n);
      expect(await jettonBalance(bank.client, jetton, owner)).toBe(100n);
    });

    it('tokens that the own account took off and sent nowhere are gone', async () => {
      const owner = Address.parseRaw(rawOf(alice.wallet));
      const jetton = await deployJetton(bank, { content: 'silent', wallet: 'silent-jetton-wallet', mint: [[owner, 100n]] });
      const receipt = await run(await on.order(alice, pay(idOf(bank.address), 30n, jettonId(jetton))));
      expect(spent(receipt.effects, alice.wallet, jettonId(jetton))).toBe(30n);
      expect(spent(receipt.effects, alice.wallet, TON)).toBe(0n);
    });

    it('coins for the recipient of tokens are no fee', async () => {
      const jetton = await deployJetton(bank, { content: 'gift', mint: [[Address.parseRaw(rawOf(alice.wallet)), 100n]] });
      const own = idOf(jettonWalletAddress(jetton, Address.parseRaw(rawOf(alice.wallet))));
      const body = jettonTransferBody({
        amount: 5n,
        to: bank.address,
        responseTo: Address.parseRaw(rawOf(alice.wallet)),
        forwardAmount: COIN / 10n,
      });
      const receipt = await run(await on.order(alice, { kind: 'calls', calls: [{ to: own, value: COIN / 2n, data: writeBoc(body) }] }));
      expect(receipt.success).toBe(true);
      expect(spent(receipt.effects, alice.wallet, TON)).toBe(COIN / 10n);
      expect(spent(receipt.effects, alice.wallet, jettonId(jetton))).toBe(5n);
    });
  });

  describe('what is dropped', () => {
    it('is pending until the chain has passed its validity, and expired from then on', async () => {
      const bob = on.owner('bob');
      await chain.fund(rawOf(bob.wallet), 5n * COIN);
      const signed = await on.order(bob, pay(nobody, COIN));
      chain.dropNext(1);
      expect((await on.node.broadcast(signed)).status).toBe('accepted');
      expect(await on.node.status(signed)).toEqual({ status: 'pending' });
      await chain.increaseTime(100);
      expect(await on.node.status(signed)).toEqual({ status: 'pending' });
      await chain.increaseTime(60);
      expect(await on.node.settle(signed, { timeoutMs: 1_000 })).toEqual({ status: 'expired', by: null });
      // The chain would not take it any more, and that alone is not called a refusal.
      expect((await on.node.broadcast(signed)).status).toBe('unknown');
      expect(await on.node.status(signed)).toEqual({ status: 'expired', by: null });
    });

    it('lands when it is handed in again', async () => {
      const signed = await on.order(alice, pay(nobody, 3n));
      chain.dropNext(1);
      await on.node.broadcast(signed);
      expect(await on.node.status(signed)).toEqual({ status: 'pending' });
      expect((await on.node.broadcast(signed)).status).toBe('known');
      expect((await on.node.status(signed)).status).toBe('final');
    });

    it('does not expire by a clock that is far from ours', async () => {
      const carol = on.owner('carol');
      await chain.fund(rawOf(carol.wallet), 5n * COIN);
      const strict = connect(chain.url, { maxClockSkewMs: 1_000 });
      const signed = await on.order(carol, pay(nobody, COIN));
      chain.dropNext(1);
      await on.node.broadcast(signed);
      await chain.increaseTime(300);
      await expect(strict.node.sequence(carol.wallet)).rejects.toMatchObject({ details: { reason: 'clock_skew' } });
      await expect(strict.node.status(signed)).rejects.toMatchObject({ details: { reason: 'clock_skew' } });
      expect((await on.node.status(signed)).status).toBe('expired');
      await strict.node.close();
    });
  });

  it('another message in the slot replaces ours, and a look-alike from inside the chain does not', async () => {
    const [ours, other] = [await on.order(alice, pay(nobody, 1n)), await on.order(alice, pay(nobody, 2n))];
    expect((await on.node.broadcast(other)).status).toBe('accepted');
    const { next } = await on.node.sequence(alice.wallet);
    // Anybody may send the wallet something that reads like an order with our slot's number.
    const forged = beginCell()
      .storeUint(0x73696e74, 32)
      .storeUint(0, 32)
      .storeUint(2_000_000_000, 32)
      .storeUint(next - 1, 32);
    const to = Address.parseRaw(rawOf(alice.wallet));
    await bank.pay({ to, value: COIN / 10n, body: forged.endCell() });
    await bank.pay({ to, value: COIN / 10n, body: forged.storeBuffer(Buffer.alloc(64, 1)).endCell() });
    expect(await on.node.status(ours)).toEqual({ status: 'replaced', by: other.hash });
    expect((await on.node.broadcast(ours)).status).toBe('unknown');
    expect((await on.node.status(other)).status).toBe('final');
  });

  it('an order for a later slot waits', async () => {
    const { next } = await on.node.sequence(alice.wallet);
    const later = await on.order(alice, pay(nobody, 1n), { slot: next + 1 });
    expect((await on.node.broadcast(later)).status).toBe('unknown');
    expect(await on.node.status(later)).toEqual({ status: 'pending' });
    await run(await on.order(alice, pay(nobody, 2n)));
    await run(later);
  });

  it('an order for a later slot is void once its time is over, whatever became of the earlier one', async () => {
    const { next } = await on.node.sequence(alice.wallet);
    const later = await on.order(alice, pay(nobody, 1n), { slot: next + 1 });
    await chain.increaseTime(100);
    expect(await on.node.status(later)).toEqual({ status: 'pending' });
    await chain.increaseTime(40);
    expect(await on.node.status(later)).toEqual({ status: 'expired', by: null });
  });
});
