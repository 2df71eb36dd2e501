import { ViemWalletProvider } from '@coinbase/agentkit';
import { startAnvil } from 'castellan/testing';
import { createTestClient, getAddress, http, parseEther } from 'viem';
import { guardedWalletProvider } from './guarded-wallet-provider.ts';

const shop = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const anvil = await startAnvil();
const { provider, security, wallet } = await guardedWalletProvider(ViemWalletProvider, {
  rpcUrl: anvil.rpcUrl,
  permissions: { template: 'balanced', limits: { unit: 'ETH', perTransaction: 1, daily: 5 }, allowedDestinations: [shop] },
});
await createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) }).setBalance({
  address: getAddress(wallet.address),
  value: 10n ** 19n,
});
console.log('sent', await provider.sendTransaction({ to: shop, value: parseEther('0.5') }));
await provider
  .sendTransaction({ to: shop, value: parseEther('3') })
  .catch((error: Error) => console.log('refused', error.message.split('\n')[0]));
await security.shutdown();
await anvil.stop();
