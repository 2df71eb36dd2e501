import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedWalletProvider, type ProviderClass } from '../../examples/agentkit/guarded-wallet-provider.ts';
import { startAnvil } from '../../src/testing/index.ts';
import { SHOP, STRANGER } from './scene.ts';

/** What the test uses of AgentKit's class. */
interface WalletProvider {
  getAddress(): string;
  sendTransaction(transaction: { readonly to: string; readonly value: bigint }): Promise<string>;
  nativeTransfer(to: string, amount: string): Promise<string>;
  signMessage(message: string): Promise<string>;
  sign(hash: string): Promise<string>;
}

const folder = process.env['CASTELLAN_AGENTKIT'] ?? fileURLToPath(new URL('../../examples/agentkit/node_modules', import.meta.url));
const file = join(folder, '@coinbase/agentkit/dist/wallet-providers/viemWalletProvider.js');
const isHere = existsSync(file);
if (!isHere) console.warn('SKIPPED: AgentKit is not installed in examples/agentkit (npm install there; 865 packages).');

const outside = globalThis.fetch;
// AgentKit tells its maker of each start: nothing of a test leaves this machine.
const loopbackOnly: typeof fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  return url.hostname === '127.0.0.1' ? outside(input, init) : new Response(null, { status: 204 });
};
beforeAll(() => void (globalThis.fetch = loopbackOnly));
afterAll(() => void (globalThis.fetch = outside));

describe.skipIf(!isHere)('AgentKit’s wallet provider over a guarded client', () => {
  it('sends what the policy allows, and nothing else leaves', async () => {
    const { ViemWalletProvider } = createRequire(import.meta.url)(file) as { readonly ViemWalletProvider: ProviderClass<WalletProvider> };
    const anvil = await startAnvil();
    const permissions = {
      template: 'balanced',
      limits: { unit: 'ETH', perTransaction: 1, daily: 5 },
      allowedDestinations: [SHOP],
    } as const;
    const { provider, security, wallet } = await guardedWalletProvider(ViemWalletProvider, { rpcUrl: anvil.rpcUrl, permissions });
    try {
      await anvil.rpc('anvil_setBalance', [wallet.address, '0x8ac7230489e80000']);
      expect(provider.getAddress()).toBe(wallet.address);
      const hash = await provider.sendTransaction({ to: SHOP, value: parseEther('0.5') });
      await expect.poll(() => anvil.rpc('eth_getTransactionReceipt', [hash]), { timeout: 10_000 }).toMatchObject({ status: '0x1' });
      await expect(provider.sendTransaction({ to: SHOP, value: parseEther('3') })).rejects.toThrow(/limit/);
      await expect(provider.sendTransaction({ to: STRANGER, value: 1n })).rejects.toThrow();
      await expect(provider.signMessage('I owe you')).rejects.toThrow();
      await expect(provider.sign(`0x${'11'.repeat(32)}`)).rejects.toMatchObject({ code: 'SIGNING_CLOSED' });
      expect(await anvil.rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x1');
    } finally {
      await security.shutdown();
      await anvil.stop();
    }
  });
});
