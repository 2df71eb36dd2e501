export {
  createGuardedProvider,
  type GuardedProvider,
  type GuardedProviderOptions,
  type Upstream,
} from './eip1193/provider.ts';
export { ProviderRpcError } from './eip1193/rpc-error.ts';
export { guardWalletClient } from './guard-wallet-client.ts';
export { GuardedTransactionError, toGuardedAccount } from './guarded-account.ts';
export { type AskedWallet, toUserSigner, type UserSignerOptions } from './user-signer.ts';
