import { Address, toNano } from '@ton/core';
import { WalletContractV3R2 } from '@ton/ton';
import { holds, MODE, pay, refused, type Stage, same } from './stage.ts';

const SINK = new Address(0, Buffer.alloc(32, 7));

/** Before anything is there. */
export async function newAccounts({ chain, client, v5, keys, step }: Stage): Promise<void> {
  await step('getMasterchainInfo', async () => holds((await client.getMasterchainInfo()).latestSeqno >= 1, 'there is a block'));
  await step('getBalance of nobody', async () => same(await client.getBalance(SINK), 0n));
  await step('getContractState of nobody', async () => same((await client.getContractState(SINK)).state, 'uninitialized'));
  await step('isContractDeployed before', async () => same(await client.isContractDeployed(v5.address), false));
  await step('runMethodWithError of nobody', async () => same((await client.runMethodWithError(SINK, 'seqno')).exit_code, -13));
  await step('runMethod of nobody', () => refused(client.runMethod(SINK, 'seqno'), 'exit_code: -13'));
  await step('sendTransfer of a wallet without coins', () =>
    refused(v5.sendTransfer({ seqno: 0, secretKey: keys.secretKey, sendMode: MODE, messages: [] }), '500 LITE_SERVER_UNKNOWN'),
  );
  await step('fund', async () => {
    await chain.fund(v5.address.toString(), toNano(20));
    return same(await client.getBalance(v5.address), toNano(20));
  });
}

/** A V5R1 wallet from its first message on. */
export async function walletV5({ client, v5, keys, step }: Stage): Promise<void> {
  const { secretKey } = keys;
  await step('V5R1 getSeqno before it is deployed', async () => same(await v5.getSeqno(), 0));
  await step('estimateExternalMessageFee with a state init', async () => {
    const body = await v5.createTransfer({ seqno: 0, secretKey, sendMode: MODE, messages: [pay(SINK, 1n)] });
    const { source_fees: fees } = await client.estimateExternalMessageFee(v5.address, {
      body,
      initCode: v5.init.code,
      initData: v5.init.data,
      ignoreSignature: true,
    });
    return holds(fees.gas_fee > 0 && fees.in_fwd_fee > 0 && fees.fwd_fee > 0, JSON.stringify(fees));
  });
  await step('V5R1 sendTransfer deploys', () =>
    v5.sendTransfer({ seqno: 0, secretKey, sendMode: MODE, messages: [pay(SINK, toNano('0.5'), 'first')] }),
  );
  await step('V5R1 getSeqno', async () => same(await v5.getSeqno(), 1));
  await step('getBalance of the receiver', async () => same(await client.getBalance(SINK), toNano('0.5')));
  await step('isContractDeployed', async () => same(await client.isContractDeployed(v5.address), true));
  await step('V5R1 getBalance', async () => {
    const balance = await v5.getBalance();
    return holds(balance < toNano('19.5') && balance > toNano('19.49'), `fees are ${toNano('19.5') - balance}`);
  });
  await step('V5R1 getIsSecretKeyAuthEnabled', async () => same(await v5.getIsSecretKeyAuthEnabled(), true));
  await step('V5R1 getExtensions', async () => same(await v5.getExtensions(), null));
  await step('runMethod get_wallet_id', async () =>
    holds((await client.runMethod(v5.address, 'get_subwallet_id')).stack.readBigNumber() !== 0n, 'a wallet id'),
  );
  await step('V5R1 sendTransfer of four messages', async () => {
    await v5.sendTransfer({
      seqno: 1,
      secretKey,
      sendMode: MODE,
      messages: ['0.1', '0.2', '0.3', '0.4'].map((value) => pay(SINK, toNano(value))),
    });
    // Its storage fee depends on the second.
    const short = toNano('1.5') - (await client.getBalance(SINK));
    return holds(short >= 0n && short < 100n, `${short} nanoton short`);
  });
  await step('a replay is refused', () =>
    refused(v5.sendTransfer({ seqno: 1, secretKey, sendMode: MODE, messages: [pay(SINK, 1n)] }), 'exitcode=133'),
  );
  await step('a foreign signature is refused', () =>
    refused(v5.sendTransfer({ seqno: 2, secretKey: Buffer.alloc(64, 3), sendMode: MODE, messages: [pay(SINK, 1n)] }), 'exitcode=135'),
  );
  await step('an expired message is refused', () =>
    refused(v5.sendTransfer({ seqno: 2, secretKey, sendMode: MODE, timeout: 1_000_000_000, messages: [pay(SINK, 1n)] }), 'exitcode=136'),
  );
  await step('sendFile', async () => refused(client.sendFile(Buffer.from('no bag of cells')), '422'));
  await step('sendExternalMessage', async () => {
    await client.sendExternalMessage(v5, await v5.createTransfer({ seqno: 2, secretKey, sendMode: MODE, messages: [pay(SINK, 5n)] }));
    return same(await v5.getSeqno(), 3);
  });
}

/** The older versions. */
export async function olderWallets({ chain, client, v4, v5, keys, step }: Stage): Promise<void> {
  const { secretKey, publicKey } = keys;
  await step('V4R2 sendTransfer deploys', async () => {
    await chain.fund(v4.address.toString(), toNano(5));
    await v4.sendTransfer({ seqno: 0, secretKey, sendMode: MODE, messages: [pay(v5.address, toNano(1), 'from the old to the new')] });
    return same(await v4.getSeqno(), 1);
  });
  await step('V4R2 get_public_key', async () =>
    same((await client.runMethod(v4.address, 'get_public_key')).stack.readBigNumber(), BigInt(`0x${publicKey.toString('hex')}`)),
  );
  await step('V4R2 replay is refused', () =>
    refused(v4.sendTransfer({ seqno: 0, secretKey, sendMode: MODE, messages: [pay(SINK, 1n)] }), 'exitcode=33'),
  );
  await step('V3R2 sendTransfer deploys', async () => {
    const v3 = client.open(WalletContractV3R2.create({ workchain: 0, publicKey }));
    await v5.sendTransfer({ seqno: 3, secretKey, sendMode: MODE, messages: [pay(v3.address, toNano('0.3'))] });
    await v3.sendTransfer({ seqno: 0, secretKey, sendMode: MODE, messages: [pay(SINK, 1n)] });
    return same(await v3.getSeqno(), 1);
  });
}
