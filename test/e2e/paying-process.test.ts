import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil({ blockTimeSec: 1 });
});
afterAll(async () => {
  await anvil.stop();
});

function pay(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('paying-process.ts', import.meta.url)), anvil.rpcUrl, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.once('close', (code) => resolve({ code, out }));
  });
}

describe('a process that does nothing but wait for a payment', () => {
  it.concurrent('lives until the payment is final, and then ends by itself', async () => {
    expect(await pay()).toEqual({ code: 0, out: 'success' });
  });
  it.concurrent('would end in the middle of it, were it not held', async () => {
    expect(await pay('no-hold')).toEqual({ code: 13, out: '' });
  });
});
