import { latestMs } from './custody-parts.ts';
import { findWallet } from './find-wallet.ts';
import { prepareTransaction } from './prepare-transaction.ts';
import { checkFresh, openPrepared } from './prepared.ts';
import { recoverWallet } from './recover-wallet.ts';
import { requestApproval } from './request-approval.ts';
import { signPrepared } from './sign-prepared.ts';
import { simulatePrepared } from './simulate-prepared.ts';

/** What the room does in the open house. */
export const custodyWork = Object.freeze({
  checkFresh,
  findWallet,
  latestMs,
  openPrepared,
  prepareTransaction,
  recoverWallet,
  requestApproval,
  signPrepared,
  simulatePrepared,
});
/** See {@link custodyWork}. */
export type CustodyWork = typeof custodyWork;
