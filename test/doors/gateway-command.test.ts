import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/index.ts';
import { castellan } from '../cli/deployment.ts';
import { CHAIN, SHOP, STRANGER } from './scene.ts';

const source = (path: string) => pathToFileURL(fileURLToPath(new URL(`../../src/${path}`, import.meta.url))).href;
let anvil: Anvil;
let directory: string;

beforeAll(async () => {
  anvil = await startAnvil();
  directory = mkdtempSync(join(tmpdir(), 'castellan-gateway-'));
  writeFileSync(
    join(directory, 'castellan.config.mts'),
    `import { evm } from '${source('adapters/evm/index.ts')}';
import { sqliteStore } from '${source('adapters/store/sqlite/index.ts')}';
export default {
  store: sqliteStore({ path: '${join(directory, 'store.sqlite')}' }),
  keys: { passphrase: 'correct horse battery staple' },
  chains: [evm({ chain: '${CHAIN}', rpcUrl: '${anvil.rpcUrl}', confirmations: 1 })],
  agents: { a1: { template: 'balanced', limits: { unit: 'ETH', perTransaction: 1, daily: 5 }, allowedDestinations: ['${SHOP}'] } },
};
`,
  );
  const maker = `import config from '${pathToFileURL(join(directory, 'castellan.config.mts')).href}';
import { createSecurityManager } from '${source('index.ts')}';
const security = createSecurityManager(config);
process.stdout.write((await security.custody.createWallet('owner', 'a1')).address);
await security.shutdown();`;
  const made = await run(process.execPath, ['--input-type=module', '--eval', maker]);
  await anvil.rpc('anvil_setBalance', [made.out, '0x8ac7230489e80000']);
});
afterAll(async () => {
  await anvil?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function run(command: string, args: readonly string[]): Promise<{ readonly out: string; readonly code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ out, code }));
  });
}

describe('castellan gateway', () => {
  it('prints a URL behind which payments pass the gate, and ends when it is told to', async () => {
    const main = fileURLToPath(new URL('../../src/integrations/cli/main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, 'gateway', '--upstream', anvil.rpcUrl, '--agent', 'a1'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await expect.poll(() => out, { timeout: 20_000 }).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\n/);
    const ask = async (method: string, params: readonly unknown[] = []) => {
      const response = await fetch(out.trim(), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      return (await response.json()) as {
        readonly result?: never;
        readonly error?: { readonly code: number; readonly data: { readonly reason: string } };
      };
    };
    const [from] = (await ask('eth_accounts')).result as unknown as readonly string[];
    const paid = await ask('eth_sendTransaction', [{ from, to: SHOP, value: '0x1' }]);
    expect(paid.error).toBeUndefined();
    await expect.poll(() => anvil.rpc('eth_getTransactionReceipt', [paid.result]), { timeout: 10_000 }).toMatchObject({ status: '0x1' });
    const refused = await ask('eth_sendTransaction', [{ from, to: STRANGER, value: '0x1' }]);
    expect([refused.error?.code, refused.error?.data.reason]).toEqual([4001, 'destination_not_allowed']);
    child.kill('SIGTERM');
    expect([await ended, err.includes('Error')]).toEqual([0, false]);
  }, 60_000);

  it.each([
    ['without a node', ['gateway', '--agent', 'a1']],
    ['without an agent', ['gateway', '--upstream', 'http://127.0.0.1:1']],
    ['on a port that is none', ['gateway', '--upstream', 'http://127.0.0.1:1', '--agent', 'a1', '--port', '99999']],
  ])('is a wrong call %s', async (_, args) => {
    expect((await castellan(directory, args)).code).toBe(3);
  });
});
