import { Address, type Transaction, toNano } from '@ton/core';
import { holds, MODE, pay, refused, type Stage, same } from './stage.ts';

const hashOf = (transaction: Transaction | undefined): string => transaction?.hash().toString('base64') ?? 'none';

/** History, messages located from either end, blocks. */
export async function history({ client, v4, v5, step }: Stage): Promise<void> {
  const all = await client.getTransactions(v5.address, { limit: 100 });
  await step('getTransactions, newest first', async () =>
    holds(all.length >= 5 && all.every((one, at) => at === 0 || one.lt < (all[at - 1] as Transaction).lt), `${all.length} transactions`),
  );
  const [newest, second, third] = all as [Transaction, Transaction, Transaction];
  const from = { lt: newest.lt.toString(), hash: hashOf(newest) };
  await step('getTransactions, the next page', async () => {
    const page = await client.getTransactions(v5.address, { ...from, limit: 2 });
    return same(page.map(hashOf).join(), [second, third].map(hashOf).join());
  });
  await step('getTransactions, inclusive', async () => {
    const page = await client.getTransactions(v5.address, { ...from, limit: 2, inclusive: true });
    return same(page.map(hashOf).join(), [newest, second].map(hashOf).join());
  });
  await step('getTransactions down to a logical time', async () => {
    const page = await client.getTransactions(v5.address, { limit: 100, to_lt: third.lt.toString() });
    return same(page.map(hashOf).join(), [newest, second].map(hashOf).join());
  });
  await step('the chain of previous transactions is whole', async () =>
    same(
      all
        .slice(0, -1)
        .every(
          (one, at) =>
            one.prevTransactionLt === all[at + 1]?.lt && one.prevTransactionHash === BigInt(`0x${all[at + 1]?.hash().toString('hex')}`),
        ),
      true,
    ),
  );
  await step('getTransaction', async () =>
    same(hashOf((await client.getTransaction(v5.address, from.lt, from.hash)) ?? undefined), from.hash),
  );
  await step('getTransaction of an unknown one', () => refused(client.getTransaction(v5.address, '1', from.hash), '500'));
  const payment = (await client.getTransactions(v4.address, { limit: 1 }))[0]?.outMessages.get(0);
  const createdLt = payment?.info.type === 'internal' ? payment.info.createdLt.toString() : '';
  await step('tryLocateResultTx', async () => {
    const found = await client.tryLocateResultTx(v4.address, v5.address, createdLt);
    return same(found.inMessage?.body.hash().toString('hex'), payment?.body.hash().toString('hex'));
  });
  await step('tryLocateSourceTx', async () => {
    const found = await client.tryLocateSourceTx(v4.address, v5.address, createdLt);
    return same(found.address, BigInt(`0x${v4.address.hash.toString('hex')}`));
  });
  await step('tryLocateResultTx of nothing', () => refused(client.tryLocateResultTx(v4.address, v5.address, '1'), '500 Tx not found'));
  await step('getWorkchainShards and getShardTransactions', async () => {
    const { latestSeqno } = await client.getMasterchainInfo();
    const found: string[] = [];
    for (let seqno = 1; seqno <= latestSeqno; seqno += 1) {
      const shards = await client.getWorkchainShards(seqno);
      for (const shard of shards)
        found.push(...(await client.getShardTransactions(shard.workchain, shard.seqno, shard.shard)).map(({ hash }) => hash));
    }
    return holds(
      all.every((one) => found.includes(hashOf(one))),
      `${found.length} transactions in ${latestSeqno} blocks`,
    );
  });
  await step('provider getState', async () => {
    const state = await client.provider(v5.address).getState();
    return same(state.last?.hash.toString('base64'), from.hash);
  });
  await step('provider getTransactions', async () => {
    const list = await client.provider(v5.address).getTransactions(v5.address, newest.lt, newest.hash(), 3);
    return same(list.map(hashOf).join(), [newest, second, third].map(hashOf).join());
  });
}

/** What only a dev chain can do. */
export async function controls({ chain, client, v5, keys, step }: Stage): Promise<void> {
  const { secretKey } = keys;
  const to = new Address(0, Buffer.alloc(32, 8));
  await step('snapshot and revert', async () => {
    const id = await chain.snapshot();
    const [seqno, balance] = [await v5.getSeqno(), await v5.getBalance()];
    await v5.sendTransfer({ seqno, secretKey, sendMode: MODE, messages: [pay(to, toNano(1))] });
    same(await client.getBalance(to), toNano(1));
    await chain.revert(id);
    same(await client.getBalance(to), 0n);
    same(await v5.getBalance(), balance);
    return same(await v5.getSeqno(), seqno);
  });
  await step('the same message again after the revert', async () => {
    await v5.sendTransfer({ seqno: await v5.getSeqno(), secretKey, sendMode: MODE, messages: [pay(to, toNano(1))] });
    return same(await client.getBalance(to), toNano(1));
  });
  await step('time travel', async () => {
    const seqno = await v5.getSeqno();
    const body = await v5.createTransfer({
      seqno,
      secretKey,
      sendMode: MODE,
      timeout: Math.floor(Date.now() / 1000) + 600,
      messages: [pay(to, 1n)],
    });
    await chain.increaseTime(3600);
    return refused(v5.send(body), 'exitcode=136');
  });
  await step('an external that is dropped', async () => {
    const seqno = await v5.getSeqno();
    const timeout = Math.floor(Date.now() / 1000) + 7200;
    chain.dropNext(1);
    const body = await v5.createTransfer({ seqno, secretKey, sendMode: MODE, timeout, messages: [pay(to, 1n)] });
    await v5.send(body);
    same(await v5.getSeqno(), seqno);
    await v5.send(body);
    return same(await v5.getSeqno(), seqno + 1);
  });
}
