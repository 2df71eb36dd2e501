import type { UnsignedTransaction } from '../core/index.ts';

/**
 * What is judged beside the effects: whose bytes they are, on which chain, and the most that the chain may take for them. A
 * signature is sent by nobody of ours, and costs no fee.
 */
export type JudgedTerms = Pick<UnsignedTransaction, 'chain' | 'wallet' | 'fee'>;
