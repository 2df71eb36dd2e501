export { type CustodianOptions, createCustodian, type RefusedSignature, type SignOptions, type SoftwareCustodian } from './custodian.ts';
export { type CustodyMode, parseCustodyMode } from './custody-mode.ts';
export { type AttestationHandover, type AttestationName, loadAttestationKey } from './keys/attestation.ts';
export { type RotatedAttestation, rotateAttestationKey, verifyHandovers } from './keys/attestation-rotation.ts';
export { type Bip44Path, COIN_TYPES } from './keys/derivation.ts';
export { HSMKeyStorage, type HSMKeyStorageOptions, type HSMProvider } from './keys/hsm-key-storage.ts';
export type { DeriveKeyConfig, GenerateKeyConfig, GenerateKeyInput } from './keys/key-config.ts';
export {
  type DerivedKey,
  type DerivingKeys,
  type KeyDerivationOptions,
  KeyDerivationService,
  type RawDerivedKey,
} from './keys/key-derivation-service.ts';
export type { KeyCounts, KeyHealth } from './keys/key-health.ts';
export type { ListKeysOptions } from './keys/key-list.ts';
export type { DefaultSharing } from './keys/key-maker.ts';
export { createKeyManager, type KeyManager, type KeyManagerOptions } from './keys/key-manager.ts';
export type { KeyInfo, KeyMode } from './keys/key-record.ts';
export type { CompletedRotation, RotateKeyOptions, RotationResult } from './keys/key-rotation.ts';
export type { CoSigner, CoSignerOf, CoSigners } from './keys/key-sharing.ts';
export type { KeyUsage, KeyWallet, ListMention, WalletBalance } from './keys/key-usage.ts';
export type { HeldAsset, MigrationPlan, MigrationStep, WalletMove } from './keys/migration-plan.ts';
export type { ImportKeyConfig, PhraseFormat } from './keys/phrase-key.ts';
export type { RotationCause } from './keys/rotation-record.ts';
export type { LeaveBehind, RotationRemainder } from './keys/rotation-remainder.ts';
export type { DueRotation, RotationRun } from './keys/rotation-schedule.ts';
export type { SeedInfo } from './keys/seed-record.ts';
export { SoftwareKeyStorage, type SoftwareKeyStorageOptions } from './keys/software-key-storage.ts';
export {
  createStorageKeyManager,
  type KeyStorage,
  type StorageKeyManager,
  type StorageKeyManagerOptions,
} from './keys/storage-key-manager.ts';
export { openVault, type Vault, type VaultOptions } from './keys/vault.ts';
export type { CoSignings } from './models/co-signing.ts';
export { createMPCCoordinator, type PartyStatus, type SharesCoordinator, type SharesHealth, type SharesStatus } from './models/mpc.ts';
export { MPCCoordinator, type MPCCoordinatorOptions, type MPCParty, type SharingKeys } from './models/mpc-coordinator.ts';
export { createSoftwareCustody, type SoftwareCustody, type SoftwareCustodyOptions } from './models/software.ts';
export { type UserKey, type UserKeyFacts, userKey } from './models/user-key.ts';
export { seatUserDesk, type UserAsk, type UserChannel, type UserConsent, type UserDesk } from './models/user-signers.ts';
export type { ShareFault } from './mpc/signing.ts';
export type { RecoveryResult } from './recovery/complete-session.ts';
export { recoveryStatement } from './recovery/guardian-approvals.ts';
export { recoveryCredentialsDigest } from './recovery/new-credentials.ts';
export { createRecoveryManager, type RecoveryManager, type RecoveryParts } from './recovery/recovery-manager.ts';
export type { RecoveryOptions } from './recovery/recovery-options.ts';
export type { SessionRecord } from './recovery/recovery-record.ts';
export type { RecoverySession } from './recovery/recovery-session.ts';
export type { VerificationResult } from './recovery/submit-code.ts';
