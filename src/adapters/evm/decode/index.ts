export { selectorOf } from './abi-signature.ts';
export { decodeTransaction } from './decode-transaction.ts';
export { allowanceAmount } from './found.ts';
export type { Findings, Frame } from './frame.ts';
export { knownContracts } from './known-contracts.ts';
export type { KnownContracts, KnownTokens } from './method-entry.ts';
