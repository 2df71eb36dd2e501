export { type GuardedSenderOptions, toGuardedSender } from './guarded-sender.ts';
export { toGuardedSigner } from './guarded-signer.ts';
export {
  createGuardedToncenter,
  type GuardedToncenter,
  type GuardedToncenterOptions,
  type ToncenterUpstream,
} from './toncenter/toncenter-door.ts';
export { toTonUserSigner, type UserSignerOptions, type UserWallet } from './user-signer.ts';
