import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SignedTransaction } from '../../src/core/index.ts';
import { toHex } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { connect, NATIVE, signer } from './chain-fixture.ts';
import { lyingEndpoint } from './endpoint-fixture.ts';

const alice = signer(1);
const bob = signer(2);
let anvil: Anvil;
let chain: ReturnType<typeof connect>;

beforeEach(async () => {
  anvil = await startAnvil({ automine: false });
  await mine(5);
  chain = connect(anvil, { confirmations: 3 });
});
afterEach(async () => {
  await chain.node.close();
  await anvil.stop();
});

const mine = (blocks = 1): Promise<unknown> => anvil.rpc('anvil_mine', [`0x${blocks.toString(16)}`]);
const pay = (amount: bigint): Promise<SignedTransaction> =>
  chain.buildAndSign(alice, { kind: 'transfer', asset: NATIVE, amount, to: bob.wallet });
const stands = async (signed: SignedTransaction): Promise<string> => (await chain.node.status(signed)).status;
/** Block hash of the transaction where the chain holds it now. */
const canonical = async (hash: string): Promise<string | null> => {
  const receipt = (await anvil.rpc('eth_getTransactionReceipt', [hash])) as { readonly blockHash: string } | null;
  return receipt?.blockHash ?? null;
};

describe('finality', () => {
  it('pending, included, final: at the third confirmation and with the fee that was paid', async () => {
    const signed = await pay(5n);
    expect(await stands(signed)).toBe('pending');
    expect(await chain.node.broadcast(signed)).toEqual({ status: 'accepted', hash: signed.hash });
    expect(await stands(signed)).toBe('pending');
    await mine();
    expect(await chain.node.status(signed)).toEqual({ status: 'included', blockHash: await canonical(signed.hash), confirmations: 1 });
    await mine();
    expect(await chain.node.status(signed)).toMatchObject({ status: 'included', confirmations: 2 });
    await mine();
    const settled = await chain.node.settle(signed, { timeoutMs: 1_000 });
    expect(settled).toMatchObject({
      status: 'final',
      receipt: { txHash: signed.hash, success: true, gasUsed: '21000', blockHash: await canonical(signed.hash) },
    });
    if (settled.status !== 'final') return;
    expect(settled.receipt.effects).toEqual([
      { kind: 'fee', account: alice.wallet, asset: NATIVE, max: settled.receipt.feePaid, leaf: '0', source: 'chain' },
      { kind: 'outflow', account: alice.wallet, counterparty: bob.wallet, asset: NATIVE, amount: 5n, leaf: '0', source: 'chain' },
    ]);
    const spent = 10n ** 22n - BigInt((await anvil.rpc('eth_getBalance', [alice.address, 'latest'])) as string);
    expect(settled.receipt.feePaid).toBe(spent - 5n);
  });

  it('waits no longer than it may, and gives up when told to', async () => {
    const signed = await pay(5n);
    const started = performance.now();
    expect(await chain.node.settle(signed, { timeoutMs: 60 })).toEqual({ status: 'pending' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    expect(await chain.node.settle(signed, { timeoutMs: 10_000, signal: abort.signal })).toEqual({ status: 'pending' });
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('with finality by the chain’s own finalized block, three confirmations do not do', async () => {
    const careful = connect(anvil, { confirmations: 3, finality: 'finalized' });
    const signed = await pay(5n);
    await chain.node.broadcast(signed);
    await mine(10);
    expect((await chain.node.status(signed)).status).toBe('final');
    expect((await careful.node.status(signed)).status).toBe('included');
    await mine(100);
    expect((await careful.node.status(signed)).status).toBe('final');
    await careful.node.close();
  });
});

describe('a reorganisation', () => {
  it('that removes the transaction never shows success; included again it becomes final once', async () => {
    const signed = await pay(5n);
    await chain.node.broadcast(signed);
    await mine(2);
    expect(await stands(signed)).toBe('included');
    const lost = await canonical(signed.hash);
    await anvil.rpc('anvil_reorg', [3, []]);
    for (let block = 0; block < 6; block += 1) {
      expect(await stands(signed)).toBe('pending');
      await mine();
    }
    expect(await chain.node.settle(signed, { timeoutMs: 50 })).toEqual({ status: 'pending' });
    expect((await chain.node.broadcast(signed)).status).toBe('accepted');
    const seen: string[] = [];
    for (let block = 0; block < 4; block += 1) {
      await mine();
      seen.push(await stands(signed));
    }
    expect(seen).toEqual(['included', 'included', 'final', 'final']);
    const settled = await chain.node.status(signed);
    expect(settled).toMatchObject({ receipt: { blockHash: await canonical(signed.hash) } });
    expect(await canonical(signed.hash)).not.toBe(lost);
    expect(BigInt((await anvil.rpc('eth_getBalance', [bob.address, 'latest'])) as string)).toBe(10n ** 22n + 5n);
  });

  it('after finality takes it back to pending', async () => {
    const signed = await pay(5n);
    await chain.node.broadcast(signed);
    await mine(3);
    expect(await stands(signed)).toBe('final');
    await anvil.rpc('anvil_rollback', [3]);
    await mine(5);
    expect(await stands(signed)).toBe('pending');
  });

  it('an endpoint that still shows the receipt of a block that is gone is not believed', async () => {
    const signed = await pay(5n);
    await chain.node.broadcast(signed);
    await mine(2);
    const stale = await anvil.rpc('eth_getTransactionReceipt', [signed.hash]);
    await anvil.rpc('anvil_reorg', [3, []]);
    await mine(6);
    await using liar = await lyingEndpoint(anvil.rpcUrl, ({ method }) => (method === 'eth_getTransactionReceipt' ? stale : undefined));
    const deceived = connect(liar, { confirmations: 3 });
    expect(await deceived.node.status(signed)).toEqual({ status: 'pending' });
    await deceived.node.close();
  });

  it('in random order with mining and broadcasting: final is always true at that moment', async () => {
    const random = createSeededRandom('reorgs');
    const draw = (below: number): number => (random.bytes(1)[0] as number) % below;
    const signed = await pay(5n);
    let [finals, reorgs] = [0, 0];
    for (let round = 0; round < 120; round += 1) {
      const kind = draw(8);
      if (kind < 4) await mine();
      else if (kind < 6) await chain.node.broadcast(signed);
      else {
        const head = Number(await anvil.rpc('eth_blockNumber'));
        const depth = 1 + draw(4);
        if (depth < head) await anvil.rpc('anvil_reorg', [depth, []]);
        reorgs += 1;
      }
      const status = await chain.node.status(signed);
      expect(['pending', 'included', 'final']).toContain(status.status);
      if (status.status !== 'final') continue;
      finals += 1;
      const head = Number(await anvil.rpc('eth_blockNumber'));
      expect(status.receipt.blockHash).toBe(await canonical(signed.hash));
      expect(head - Number(status.receipt.confirmedAtBlock) + 1).toBeGreaterThanOrEqual(3);
    }
    expect(finals).toBeGreaterThan(5);
    expect(reorgs).toBeGreaterThan(10);
  });
});

describe('replacement', () => {
  it('is shown only when another transaction is final in the slot', async () => {
    const ours = await pay(5n);
    const other = await pay(6n);
    expect(other.slot).toBe(ours.slot);
    await chain.node.broadcast(other);
    await mine();
    expect(await stands(ours)).toBe('pending');
    await mine();
    expect(await stands(ours)).toBe('pending');
    await mine();
    expect(await chain.node.status(ours)).toEqual({ status: 'replaced', by: other.hash });
    await mine(40);
    await chain.node.broadcast(await pay(7n));
    await mine(40);
    expect(await chain.node.settle(ours, { timeoutMs: 1_000 })).toEqual({ status: 'replaced', by: other.hash });
    expect(await stands(other)).toBe('final');
  });

  it('an endpoint that has lost our receipt does not make a payment look replaced', async () => {
    const signed = await pay(5n);
    await chain.node.broadcast(signed);
    await mine(6);
    await using liar = await lyingEndpoint(anvil.rpcUrl, ({ method }) => (method === 'eth_getTransactionReceipt' ? null : undefined));
    const deceived = connect(liar, { confirmations: 3 });
    expect(await deceived.node.status(signed)).toEqual({ status: 'pending' });
    await deceived.node.close();
  });
});

describe('broadcast', () => {
  const refused = (answer: Awaited<ReturnType<typeof chain.node.broadcast>>): string =>
    answer.status === 'rejected' ? `rejected: ${answer.detail}` : answer.status;

  it('the same bytes again: known, while they wait and once they are mined', async () => {
    const signed = await pay(5n);
    expect(refused(await chain.node.broadcast(signed))).toBe('accepted');
    expect(refused(await chain.node.broadcast(signed))).toBe('known');
    await mine(2);
    expect(refused(await chain.node.broadcast(signed))).toBe('known');
  });

  it('a slot that is taken by another: unknown, never rejected', async () => {
    const [ours, other] = [await pay(5n), await pay(6n)];
    await chain.node.broadcast(other);
    await mine();
    expect(refused(await chain.node.broadcast(ours))).toBe('unknown');
  });

  it('what can never land: rejected', async () => {
    const poor = await pay(10n ** 22n);
    expect(refused(await chain.node.broadcast(poor))).toMatch(/^rejected: .*nsufficient funds/);
  });

  it('to all endpoints: one that works is enough, and silence is not refusal', async () => {
    await using mute = await lyingEndpoint(anvil.rpcUrl, ({ method }) => (method === 'eth_sendRawTransaction' ? '0x00' : undefined));
    const both = connect(anvil, { rpcUrl: [mute.rpcUrl, anvil.rpcUrl] });
    expect(refused(await both.node.broadcast(await pay(5n)))).toBe('accepted');
    const alone = connect(mute, {});
    expect(refused(await alone.node.broadcast(await pay(99n)))).toBe('unknown');
    await both.node.close();
    await alone.node.close();
  });

  it('bytes whose hash is another are not sent', async () => {
    const signed = await pay(5n);
    await expect(chain.node.broadcast({ ...signed, hash: `0x${'11'.repeat(32)}` })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect(await anvil.rpc('eth_getTransactionByHash', [signed.hash])).toBeNull();
    expect(toHex(signed.raw).startsWith('02')).toBe(true);
  });
});
