import { createSecurityManager, type SecurityConfig } from 'castellan';
import { evm } from 'castellan/evm';
import { guardWalletClient } from 'castellan/wallets';
import { createWalletClient, http, type WalletClient } from 'viem';
import { foundry } from 'viem/chains';

/** AgentKit's own class: `new ViemWalletProvider(client, { rpcUrl })`. */
export type ProviderClass<T> = new (client: WalletClient, options: { readonly rpcUrl: string }) => T;

/**
 * An AgentKit wallet whose every signature passes the gate. The class is handed in, so that this file needs no AgentKit: it works with
 * `ViemWalletProvider` of `@coinbase/agentkit` as it is.
 */
export async function guardedWalletProvider<T>(
  Provider: ProviderClass<T>,
  { rpcUrl, permissions }: { readonly rpcUrl: string; readonly permissions: NonNullable<SecurityConfig['agents']>[string] },
) {
  const security = createSecurityManager({
    chains: [evm({ chain: 'eip155:31337', rpcUrl, confirmations: 1 })],
    agents: { kit: permissions },
  });
  const wallet = await security.custody.createWallet('owner', 'kit');
  const client = guardWalletClient(createWalletClient({ chain: foundry, transport: http(rpcUrl) }), security.agent('kit'), wallet);
  return { provider: new Provider(client, { rpcUrl }), security, wallet };
}
