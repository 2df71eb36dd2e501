export { type GuardedSenderOptions, toGuardedSender } from './guarded-sender.ts';
export { toGuardedSigner } from './guarded-signer.ts';
export { toUserSigner, type UserSignerOptions, type UserWallet } from './user-signer.ts';
