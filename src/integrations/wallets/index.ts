export { GuardedTransactionError, toGuardedAccount } from './guarded-account.ts';
export { type AskedWallet, toUserSigner, type UserSignerOptions } from './user-signer.ts';
