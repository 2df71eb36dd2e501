export type { DelegationContracts, EvmAccountsOptions, EvmSponsor, SafeContracts } from './accounts/accounts-config.ts';
export { approvalTypedData, createEip712Verifier, statementTypedData } from './approval-verifier.ts';
export type { EvmAdapterOptions, EvmChainOptions, EvmTokenOption, FetchFunction } from './config.ts';
export type { EvmAdapterFactory } from './evm-adapter.ts';
export { createEvmAdapter, evm } from './evm-adapter.ts';
export type { EvmFeedOption, EvmMarketOptions } from './market/market-options.ts';
export type { EvmProtocolOption } from './protocols/index.ts';
export { readUnsigned } from './signed-transaction.ts';
