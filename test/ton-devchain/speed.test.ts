import { Address } from '@ton/core';
import { TonClient, WalletContractV5R1 } from '@ton/ton';
import { expect, it } from 'vitest';
import { startTonDevChain } from '../../src/testing/index.ts';
import { keysOf } from '../fixtures/ton-deploy.ts';
import { MODE, pay } from './client-script/stage.ts';

/** Processor time of one round, ms: client and chain are in this process, and other processes do not count. */
async function costOf(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const from = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000 / rounds;
}

// The bounds are some three times what it takes: they catch work that grows with the history.
it('a transfer, and a look at an account, stay cheap with some history', async () => {
  await using chain = await startTonDevChain();
  const client = new TonClient({ endpoint: chain.url });
  const { publicKey, secretKey } = keysOf('speed');
  const wallet = client.open(WalletContractV5R1.create({ publicKey, walletId: { networkGlobalId: -3 } }));
  await chain.fund(wallet.address.toString(), 10n ** 12n);
  const sink = new Address(0, Buffer.alloc(32, 7));
  const send = async (): Promise<void> =>
    wallet.sendTransfer({ seqno: await wallet.getSeqno(), secretKey, sendMode: MODE, messages: [pay(sink, 1_000n)] });
  await costOf(15, send);
  await chain.mine(3_000);
  expect(await costOf(20, send)).toBeLessThan(90);
  expect(await costOf(50, () => client.getBalance(sink))).toBeLessThan(6);
  expect(await wallet.getSeqno()).toBe(35);
});
