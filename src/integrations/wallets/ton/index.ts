export { type GuardedSenderOptions, toGuardedSender } from './guarded-sender.ts';
export { toGuardedSigner } from './guarded-signer.ts';
