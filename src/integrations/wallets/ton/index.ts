export { type GuardedSenderOptions, toGuardedSender } from './guarded-sender.ts';
export { toGuardedSigner } from './guarded-signer.ts';
export { toTonUserSigner, type UserSignerOptions, type UserWallet } from './user-signer.ts';
