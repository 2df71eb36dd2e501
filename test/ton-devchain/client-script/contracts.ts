import { Address, beginCell, internal, toNano } from '@ton/core';
import { JettonMaster, JettonWallet } from '@ton/ton';
import { counter, jettonMinter, jettonWalletAddress } from '../../fixtures/ton-contracts.ts';
import { increaseBody, jettonTransferBody, mintBody } from '../../fixtures/ton-messages.ts';
import { holds, MODE, type Stage, same } from './stage.ts';

/** A contract of ours: deployed, called, bounced off. */
export async function ownContract({ client, v5, keys, step }: Stage): Promise<void> {
  const contract = await counter(1);
  const count = async (): Promise<number> => (await client.runMethod(contract.address, 'count')).stack.readNumber();
  const send = async (message: Parameters<typeof internal>[0]): Promise<void> =>
    v5.sendTransfer({ seqno: await v5.getSeqno(), secretKey: keys.secretKey, sendMode: MODE, messages: [internal(message)] });
  await step('a contract is deployed', async () => {
    await send({ to: contract.address, value: toNano('0.1'), init: contract.init, bounce: false });
    return same(await client.isContractDeployed(contract.address), true);
  });
  await step('runMethod', async () => same(await count(), 0));
  await step('a contract is called', async () => {
    await send({ to: contract.address, value: toNano('0.1'), body: increaseBody(5) });
    return same(await count(), 5);
  });
  await step('runMethodWithError of an unknown method', async () =>
    same((await client.runMethodWithError(contract.address, 'nothing')).exit_code, 11),
  );
  await step('a message bounces', async () => {
    await send({ to: contract.address, value: toNano('0.2'), body: beginCell().storeUint(0xdead, 32).endCell() });
    const [back] = await client.getTransactions(v5.address, { limit: 1 });
    const info = back?.inMessage?.info;
    return holds(info?.type === 'internal' && info.bounced && info.value.coins > toNano('0.19'), 'most of it came back');
  });
  await step('getContractState', async () => {
    const { code, lastTransaction } = await client.getContractState(contract.address);
    return holds(code !== null && lastTransaction !== null, 'code and a last transaction');
  });
}

/** A jetton: deployed, minted, transferred, and read through the official wrappers. */
export async function jetton({ client, v5, keys, step }: Stage): Promise<void> {
  const minter = await jettonMinter({ admin: v5.address });
  const master = client.open(JettonMaster.create(minter.address));
  const friend = new Address(0, Buffer.alloc(32, 0x55));
  const own = client.open(JettonWallet.create(jettonWalletAddress(minter, v5.address)));
  const theirs = client.open(JettonWallet.create(jettonWalletAddress(minter, friend)));
  const send = async (message: Parameters<typeof internal>[0]): Promise<void> =>
    v5.sendTransfer({ seqno: await v5.getSeqno(), secretKey: keys.secretKey, sendMode: MODE, messages: [internal(message)] });
  await step('a jetton is deployed', async () => {
    await send({ to: minter.address, value: toNano('0.1'), init: minter.init, bounce: false });
    return same((await master.getJettonData()).totalSupply, 0n);
  });
  await step('JettonWallet getBalance before it is there', async () => same(await own.getBalance(), 0n));
  await step('jettons are minted', async () => {
    await send({ to: minter.address, value: toNano('0.2'), body: mintBody({ to: v5.address, amount: 1_000n }) });
    return same((await master.getJettonData()).totalSupply, 1_000n);
  });
  await step('JettonMaster getWalletAddress', async () =>
    same((await master.getWalletAddress(v5.address)).toString(), own.address.toString()),
  );
  await step('JettonWallet getBalance', async () => same(await own.getBalance(), 1_000n));
  await step('jettons are transferred', async () => {
    const body = jettonTransferBody({ amount: 400n, to: friend, responseTo: v5.address });
    await send({ to: own.address, value: toNano('0.1'), body });
    same(await own.getBalance(), 600n);
    return same(await theirs.getBalance(), 400n);
  });
  await step('an overdraft bounces', async () => {
    const body = jettonTransferBody({ amount: 601n, to: friend, responseTo: v5.address });
    await send({ to: own.address, value: toNano('0.1'), body });
    return same(await theirs.getBalance(), 400n);
  });
  await step('runMethod with a slice, tuple results', async () => {
    const { stack } = await client.runMethod(minter.address, 'get_wallet_address', [
      { type: 'slice', cell: beginCell().storeAddress(friend).endCell() },
    ]);
    return same(stack.readAddress().toString(), theirs.address.toString());
  });
}
