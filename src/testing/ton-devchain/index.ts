export type { TonDevChainFaults } from './faults.ts';
export type { TonDevChain, TonDevChainOptions } from './options.ts';
export { startTonDevChain } from './start-ton-dev-chain.ts';
