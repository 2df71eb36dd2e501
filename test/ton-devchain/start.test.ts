import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Address, toNano } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { startTonDevChain } from '../../src/testing/index.ts';
import { ask, MILLITON, milliton, offlineWallet, sendBoc } from './ask.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SINK = new Address(0, Buffer.alloc(32, 7));

describe('starting and closing', () => {
  it('a port is free again, and closing twice is closing once', async () => {
    const one = await startTonDevChain();
    const port = Number(new URL(one.url).port);
    await expect(startTonDevChain({ port })).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    await Promise.all([one.close(), one.close()]);
    await expect(ask(one, 'getMasterchainInfo')).rejects.toThrow();
    const two = await startTonDevChain({ port });
    expect(new URL(two.url).port).toBe(String(port));
    await two.close();
  });

  it('nothing of it keeps a process alive', async () => {
    const program = `
      import { request } from 'node:http';
      import { startTonDevChain } from '${root}src/testing/index.ts';
      const chain = await startTonDevChain({ mining: { intervalMs: 5 } });
      chain.setFaults({ latencyMs: 50_000 });
      request(chain.url, { method: 'POST', agent: false }).on('error', () => console.log('cut off')).end('{"method":"getMasterchainInfo"}');
      await new Promise((resolve) => setTimeout(resolve, 100));
      await chain.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
      console.log(process.getActiveResourcesInfo().filter((name) => /Server|Timeout/.test(name)).length);`;
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '-e', program], {
      timeout: 15_000,
      cwd: root,
    });
    expect(ended.stdout.split('\n').sort()).toEqual(['', '0', 'cut off']);
  });

  it('two chains know nothing of each other', async () => {
    await using one = await startTonDevChain();
    await using two = await startTonDevChain({ globalId: -239 });
    expect([one.chain, two.chain]).toEqual(['ton:-3', 'ton:-239']);
    await one.fund(SINK.toString(), 5n * MILLITON);
    expect([await milliton(one, SINK.toString()), await milliton(two, SINK.toString())]).toEqual([5, 0]);
  });

  it.each([{ port: -1 }, { port: 70_000 }, { startMs: -1 }, { startMs: Number.NaN }, { mining: { intervalMs: 0 } }])(
    'refuses %j',
    async (options) => {
      await expect(startTonDevChain(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );
});

describe('funding', () => {
  it('credits exactly, in a block of its own, whether an account is there or not', async () => {
    await using chain = await startTonDevChain({ mining: 'manual' });
    const wallet = offlineWallet(chain, 'funding');
    const before = await chain.mine();
    await chain.fund(wallet.text, toNano(3));
    expect(await chain.balance(wallet.text)).toBe(toNano(3));
    expect((await ask<{ readonly last: { readonly seqno: number } }>(chain, 'getMasterchainInfo')).result.last.seqno).toBe(before + 1);
    await sendBoc(chain, wallet.message(0, SINK, MILLITON));
    // The external waits on.
    await chain.fund(wallet.text, toNano(3));
    expect((await ask(chain, 'getAddressState', { address: wallet.text })).result).toBe('uninitialized');
    await chain.mine();
    expect((await ask(chain, 'getAddressState', { address: wallet.text })).result).toBe('active');
    for (const wrong of ['', 'x', `3:${'0'.repeat(64)}`]) await expect(chain.fund(wrong, 1n)).rejects.toThrow();
    for (const wrong of [0n, -1n, 1n << 120n]) await expect(chain.fund(wallet.text, wrong)).rejects.toThrow(/CONFIG_INVALID/);
  });
});

describe('the command', () => {
  it('explains itself, and refuses what it does not know', async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['scripts/ton-devchain.ts', '--help'], { cwd: root });
    for (const option of ['--port', '--interval', '--mainnet', '--manual']) expect(stdout).toContain(option);
    const wrong = run(process.execPath, ['scripts/ton-devchain.ts', '--interval', '0'], { cwd: root, timeout: 10_000 });
    await expect(wrong).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('mining') });
  });
});
