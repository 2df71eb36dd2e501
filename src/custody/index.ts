export { type CustodianOptions, createCustodian, type RefusedSignature, type SoftwareCustodian } from './custodian.ts';
export { type CustodyMode, parseCustodyMode } from './custody-mode.ts';
export { type AttestationName, loadAttestationKey } from './keys/attestation.ts';
export { type Bip44Path, COIN_TYPES, KeyDerivationService } from './keys/derivation.ts';
export {
  createKeyManager,
  type DeriveKeyConfig,
  type GenerateKeyConfig,
  type KeyManager,
  type KeyManagerOptions,
} from './keys/key-manager.ts';
export type { KeyInfo } from './keys/key-record.ts';
export type { SeedInfo } from './keys/seed-record.ts';
export { openVault, type Vault, type VaultOptions } from './keys/vault.ts';
export { createSoftwareCustody, type SoftwareCustody, type SoftwareCustodyOptions } from './models/software.ts';
