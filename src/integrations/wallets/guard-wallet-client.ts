import {
  type Account,
  type Address,
  type Chain,
  createWalletClient,
  custom,
  type LocalAccount,
  type Transport,
  type WalletClient,
} from 'viem';
import { type AccountId, type AgentSigningPort, accountChain, CastellanError, evmChainNumber } from '../../core/index.ts';
import { createSignedHere, openProvider } from './eip1193/provider.ts';
import { guardedAccount } from './guarded-account.ts';

/**
 * Puts the gate into a viem wallet client that exists already: the same chain, the same node, another account. What the client
 * signs or sends passes the gate, and so does what is asked of the node underneath: no method is left that signs or sends past it.
 *
 * @param client - any wallet client of one chain; its own account is not used any more
 * @param agent - of `security.agent(id)`
 * @param wallet - the agent's wallet, as `createWallet` gives it
 * @throws REQUEST_INVALID where the client is for another chain than the wallet
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { evm } from 'castellan/evm';
 * import { guardWalletClient } from 'castellan/wallets';
 * import { createTestClient, createWalletClient, getAddress, http, parseEther } from 'viem';
 * import { foundry } from 'viem/chains';
 *
 * const rpcUrl = 'http://127.0.0.1:8545';
 * const shop = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
 * const security = createSecurityManager({
 *   chains: [evm({ chain: 'eip155:31337', rpcUrl, confirmations: 1 })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'ETH', perTransaction: 1, daily: 5 }, allowedDestinations: [shop] } },
 * });
 * const wallet = await security.custody.createWallet('owner', 'a1');
 * await createTestClient({ mode: 'anvil', transport: http(rpcUrl) }).setBalance({ address: getAddress(wallet.address), value: 10n ** 19n });
 * const client = guardWalletClient(createWalletClient({ chain: foundry, transport: http(rpcUrl) }), security.agent('a1'), wallet);
 * console.log(await client.sendTransaction({ to: shop, value: parseEther('0.5') })); // 0x…
 * await security.shutdown();
 * ```
 */
export function guardWalletClient<TChain extends Chain>(
  client: WalletClient<Transport, TChain, Account | undefined>,
  agent: AgentSigningPort,
  wallet: { readonly account: AccountId; readonly address: string },
): WalletClient<Transport, TChain, LocalAccount<'custom', Address>> {
  if (client.chain.id !== evmChainNumber(accountChain(wallet.account)))
    throw new CastellanError('REQUEST_INVALID', {
      message: 'The client is for another chain than the wallet.',
      details: { chain: client.chain.id },
    });
  const request = (args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown> =>
    client.request(args as never);
  const ours = createSignedHere();
  const provider = openProvider({ agent, wallets: [wallet], upstream: { request } }, ours);
  return createWalletClient({
    account: guardedAccount(agent, wallet, ours.add),
    chain: client.chain,
    transport: custom(provider, { retryCount: 0 }),
  }) as WalletClient<Transport, TChain, LocalAccount<'custom', Address>>;
}
