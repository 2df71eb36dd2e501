export { decodeTransaction } from './decode-transaction.ts';
export type { KnownTokens } from './frame.ts';
export { allowanceAmount, selectorOf } from './methods.ts';
