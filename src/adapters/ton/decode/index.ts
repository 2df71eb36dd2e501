export type { Reached } from './accounts-reached.ts';
export { accountsReached } from './accounts-reached.ts';
export type { Body } from './body.ts';
export { decodeTransaction } from './decode-transaction.ts';
export type { Facts } from './frame.ts';
export { factsOf } from './frame.ts';
export { readBody } from './read-body.ts';
export { commentCell } from './text.ts';
export { OP_JETTON_TRANSFER } from './token-bodies.ts';
