export { decodeTransaction } from './decode-transaction.ts';
export type { Facts } from './frame.ts';
export { factsOf } from './frame.ts';
export type { Body } from './read-body.ts';
export { OP_JETTON_TRANSFER, readBody } from './read-body.ts';
export { commentCell } from './text.ts';
