import { Address } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { startTonDevChain } from '../../src/testing/index.ts';
import { deployJetton, rawWallet } from '../fixtures/ton-deploy.ts';
import { connect, idOf, jettonId, pay, rawOf } from './node-scene.ts';

const COIN = 1_000_000_000n;
const nobody = idOf(new Address(0, Buffer.alloc(32, 0x5e)));

describe('on a chain that makes blocks when told to', () => {
  it('a trace is included hop by hop, and final only when all of it has run', async () => {
    await using chain = await startTonDevChain({ mining: 'manual' });
    const bank = await rawWallet(chain, 'bank', 100n * COIN);
    const on = connect(chain.url);
    const alice = on.owner('alice');
    await chain.fund(rawOf(alice.wallet), 50n * COIN);
    const jetton = await deployJetton(bank, { mint: [[Address.parseRaw(rawOf(alice.wallet)), 1_000n]] });
    const signed = await on.order(alice, pay(idOf(bank.address), 7n, jettonId(jetton)));
    expect((await on.node.broadcast(signed)).status).toBe('accepted');
    expect((await on.node.broadcast(signed)).status).toBe('known');
    expect(await on.node.status(signed)).toEqual({ status: 'pending' });
    const seen: string[] = [];
    for (let block = 0; block < 6 && seen.at(-1) !== 'final'; block += 1) {
      await chain.mine();
      const status = await on.node.status(signed);
      seen.push(status.status === 'included' ? `included ${status.confirmations}` : status.status);
    }
    // The wallet, its token account, the recipient's token account; then notice and excesses in one block.
    expect(seen).toEqual(['included 1', 'included 2', 'included 3', 'final']);
    expect(await on.node.status(signed)).toMatchObject({ status: 'final', receipt: { success: true } });
    await on.node.close();
  });

  it('faults of the endpoint delay the end and never change it', async () => {
    await using chain = await startTonDevChain({ mining: { intervalMs: 20 } });
    const on = connect(chain.url);
    const alice = on.owner('alice');
    await chain.fund(rawOf(alice.wallet), 50n * COIN);
    for (let round = 0; round < 5; round += 1) {
      const signed = await on.order(alice, pay(nobody, COIN));
      chain.setFaults({ errorRate: 0.4, latencyMs: 2, seed: round });
      let sent = await on.node.broadcast(signed);
      for (let tries = 0; sent.status === 'unknown' && tries < 20; tries += 1) sent = await on.node.broadcast(signed);
      expect(['accepted', 'known']).toContain(sent.status);
      const settled = await on.node.settle(signed, { timeoutMs: 8_000 });
      expect(settled).toMatchObject({ status: 'final', receipt: { success: true } });
      chain.setFaults({});
    }
    expect((await on.node.sequence(alice.wallet)).next).toBe(5);
    await on.node.close();
  });
});
