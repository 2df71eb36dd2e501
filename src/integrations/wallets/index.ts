export { GuardedTransactionError, toGuardedAccount } from './guarded-account.ts';
