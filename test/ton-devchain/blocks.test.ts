import { Address, toNano } from '@ton/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { ask, headOf, MILLITON, milliton, offlineWallet, sendBoc, transactionsOf } from './ask.ts';

const SINK = new Address(0, Buffer.alloc(32, 7));
const sink = SINK.toString();

let chain: TonDevChain;
let wallet: ReturnType<typeof offlineWallet>;
const seqnoOf = async (): Promise<number> => (await headOf(chain)).seqno;
const walletSeqno = async (): Promise<string | undefined> => {
  const { result } = await ask<{ readonly stack: readonly string[][] }>(chain, 'runGetMethod', { address: wallet.text, method: 'seqno' });
  return result.stack[0]?.[1];
};

/** Seconds. */
async function timeOf(of: TonDevChain): Promise<number> {
  const { seqno, shard } = await headOf(of);
  const { result } = await ask<{ readonly gen_utime: number }>(of, 'getBlockHeader', { workchain: -1, shard, seqno });
  return result.gen_utime;
}

describe('blocks on demand', () => {
  beforeEach(async () => {
    chain = await startTonDevChain({ mining: 'manual' });
    wallet = offlineWallet(chain, 'manual');
    await chain.fund(wallet.text, toNano(10));
  });
  afterEach(() => chain.close());

  it('come with nothing in them, too', async () => {
    const before = await seqnoOf();
    expect(await chain.mine(3)).toBe(before + 3);
    expect(await seqnoOf()).toBe(before + 3);
  });

  it('a message goes one hop a block', async () => {
    expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON))).result).toEqual({ '@type': 'ok' });
    expect((await ask(chain, 'getAddressState', { address: wallet.text })).result).toBe('uninitialized');
    await chain.mine();
    expect(await walletSeqno()).toBe('0x1');
    expect(await milliton(chain, sink)).toBe(0);
    await chain.mine();
    expect(await milliton(chain, sink)).toBe(5);
  });

  it('each transaction says in which block it is', async () => {
    await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON));
    const seqno = await chain.mine();
    const [own] = await transactionsOf(chain, wallet.text);
    const listed = (await ask(chain, 'getBlockTransactions', { workchain: 0, shard: '-9223372036854775808', seqno })).result;
    const entry = { account: wallet.address.toRawString(), hash: own?.transaction_id.hash, lt: own?.transaction_id.lt };
    expect(listed).toMatchObject({ incomplete: false, transactions: [entry] });
    const header = (await ask(chain, 'getBlockHeader', { workchain: -1, shard: '8000000000000000', seqno })).result;
    expect(header).toMatchObject({ gen_utime: own?.utime, global_id: -3, start_lt: entry.lt, end_lt: entry.lt });
    expect((await ask(chain, 'getBlockTransactions', { workchain: -1, shard: '8000000000000000', seqno })).result).toMatchObject({
      transactions: [],
    });
  });

  it('the same external twice is executed once', async () => {
    const message = wallet.message(0, SINK, 5n * MILLITON);
    for (let time = 0; time < 3; time += 1) expect((await sendBoc(chain, message)).ok).toBe(true);
    await chain.mine(4);
    expect(await milliton(chain, sink)).toBe(5);
    expect(await walletSeqno()).toBe('0x1');
  });

  it('of two externals at one seqno the second leaves no trace', async () => {
    expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON))).ok).toBe(true);
    expect((await sendBoc(chain, wallet.message(0, SINK, 700n * MILLITON))).ok).toBe(true);
    await chain.mine(4);
    expect(await milliton(chain, sink)).toBe(5);
    expect(await transactionsOf(chain, wallet.text)).toHaveLength(2);
  });

  it('an external that is not acceptable now is refused, and one that is no more is forgotten', async () => {
    expect(await sendBoc(chain, wallet.message(1, SINK, 5n * MILLITON))).toMatchObject({ status: 500, code: 500, ok: false });
    const now = Math.floor(Date.now() / 1000);
    expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON, now + 60))).ok).toBe(true);
    await chain.increaseTime(61);
    await chain.mine(2);
    expect(await milliton(chain, sink)).toBe(0);
    expect((await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON, now + 60))).error).toContain('exitcode=136');
  });

  it('a snapshot holds accounts, history, time, queue and what is in flight', async () => {
    await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON));
    await chain.mine();
    expect((await sendBoc(chain, wallet.message(1, SINK, 70n * MILLITON))).ok).toBe(true);
    const id = await chain.snapshot();
    const before = await ask(chain, 'getMasterchainInfo');
    for (let time = 0; time < 2; time += 1) {
      await chain.increaseTime(500);
      await chain.mine(3);
      expect(await milliton(chain, sink)).toBe(75);
      await chain.revert(id);
      expect(await ask(chain, 'getMasterchainInfo')).toEqual(before);
      expect(await milliton(chain, sink)).toBe(0);
      expect(await transactionsOf(chain, wallet.text)).toHaveLength(2);
    }
    await chain.mine();
    expect(Math.abs((await timeOf(chain)) - Date.now() / 1000)).toBeLessThan(60);
    await expect(chain.revert('0x99')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('another branch has other block hashes', async () => {
    const id = await chain.snapshot();
    await chain.mine();
    const one = await headOf(chain);
    await chain.revert(id);
    await chain.mine();
    const other = await headOf(chain);
    expect(other.seqno).toBe(one.seqno);
    expect(other.root_hash).not.toBe(one.root_hash);
  });
});

describe('chain time', () => {
  it('starts where it is told, jumps forward, and never goes back', async () => {
    await using clocked = await startTonDevChain({ startMs: 1_900_000_000_000 });
    expect(Math.abs((await timeOf(clocked)) - 1_900_000_000)).toBeLessThan(3);
    await clocked.setTime(1_900_001_000);
    expect(await timeOf(clocked)).toBe(1_900_001_000);
    await clocked.increaseTime(500);
    expect(Math.abs((await timeOf(clocked)) - 1_900_001_500)).toBeLessThan(3);
    for (const wrong of [1_800_000_000, Number.NaN, 2 ** 33])
      await expect(clocked.setTime(wrong)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(clocked.increaseTime(-60)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('blocks come by themselves at an interval, until the end', async () => {
    const ticking = await startTonDevChain({ mining: { intervalMs: 20 } });
    const before = (await headOf(ticking)).seqno;
    const own = offlineWallet(ticking, 'interval');
    await ticking.fund(own.text, toNano(1));
    await sendBoc(ticking, own.message(0, SINK, 9n * MILLITON));
    await expect.poll(() => milliton(ticking, sink)).toBe(9);
    expect((await headOf(ticking)).seqno).toBeGreaterThan(before);
    await ticking.close();
  });
});

describe('states of the past', () => {
  it('are read at the seqno asked for', async () => {
    await using past = await startTonDevChain();
    const own = offlineWallet(past, 'past');
    await past.fund(own.text, toNano(10));
    const funded = await past.mine();
    const seen: [number, string, string][] = [];
    for (let seqno = 0; seqno < 3; seqno += 1) {
      await sendBoc(past, own.message(seqno, SINK, 5n * MILLITON));
      const at = (await headOf(past)).seqno;
      seen.push([at, (await past.balance(own.text)).toString(), `0x${(seqno + 1).toString(16)}`]);
    }
    await past.increaseTime(100_000);
    for (const [seqno, balance, count] of seen) {
      const state = (await ask(past, 'getAddressInformation', { address: own.text, seqno })).result;
      expect(state).toMatchObject({ balance, state: 'active', block_id: { seqno } });
      const run = (await ask(past, 'runGetMethod', { address: own.text, method: 'seqno', stack: [], seqno })).result;
      expect(run).toMatchObject({ exit_code: 0, stack: [['num', count]], block_id: { seqno } });
    }
    expect((await ask(past, 'getAddressInformation', { address: own.text, seqno: funded })).result).toMatchObject({
      balance: toNano(10).toString(),
      state: 'uninitialized',
      code: '',
    });
    expect((await ask(past, 'runGetMethod', { address: own.text, method: 'seqno', seqno: funded })).result).toMatchObject({
      exit_code: -13,
    });
    for (const seqno of [0, -1, 99_999]) expect((await ask(past, 'getAddressInformation', { address: own.text, seqno })).status).toBe(500);
  });

  it('go back 2,000 blocks', async () => {
    await using past = await startTonDevChain({ mining: 'manual' });
    await past.fund(sink, 5n * MILLITON);
    const { seqno } = await headOf(past);
    await past.fund(sink, 5n * MILLITON);
    await past.mine(1999);
    expect((await ask(past, 'getAddressBalance', { address: sink, seqno })).result).toBe('5000000');
    await past.fund(sink, 5n * MILLITON);
    expect((await ask(past, 'getAddressBalance', { address: sink, seqno })).status).toBe(500);
    expect(Number((await ask(past, 'getAddressBalance', { address: sink, seqno: seqno + 1 })).result)).toBeCloseTo(10_000_000, -3);
    expect(await transactionsOf(past, sink)).toHaveLength(3);
  });
});
