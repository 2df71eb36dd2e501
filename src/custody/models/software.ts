import type { AttestationKey, Clock, Command, Random, SecurityEvent, SigningHashes, Store } from '../../core/index.ts';
import { createCustodian, type RefusedSignature, type SoftwareCustodian } from '../custodian.ts';
import { type AttestationName, loadAttestationKey } from '../keys/attestation.ts';
import { type RotatedAttestation, rotateAttestationKey } from '../keys/attestation-rotation.ts';
import type { DefaultSharing } from '../keys/key-maker.ts';
import { createKeyManager, type KeyManager } from '../keys/key-manager.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import type { Vault } from '../keys/vault.ts';
import type { CoSignings } from './co-signing.ts';
import { createMPCCoordinator, type SharesCoordinator } from './mpc.ts';

/** What software custody stands on. */
export interface SoftwareCustodyOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Opened by `openVault`; closed with this custody. */
  readonly vault: Vault;
  readonly hashes: SigningHashes;
  /** What parties sign first, where each has a key of its own. */
  readonly coSigning?: CoSignings | undefined;
  readonly redeemerId: string;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  readonly onRefused?: ((refused: RefusedSignature) => void) | undefined;
  /** `refused`: no key of mode `mpc` is made. Default `allowed`. */
  readonly inProcessParties?: 'allowed' | 'refused' | undefined;
  /** How keys of mode `mpc` are shared where their maker does not say. Default 2 of 3. */
  readonly sharing?: DefaultSharing | undefined;
  /** What keys are used for: without it no wallets are known where a key is replaced. */
  readonly usage?: KeyUsage | undefined;
}

/**
 * Custody mode `software`: private keys encrypted in the store, opened in this process for the moment of one signature.
 * Whoever owns the host can use them; see the room's README for what that means.
 */
export interface SoftwareCustody {
  readonly mode: 'software';
  readonly keys: KeyManager;
  readonly custodian: SoftwareCustodian;
  /** Watches over keys of mode `mpc`, whose parties are in this process too. */
  readonly mpc: SharesCoordinator;
  /** Seals signed bytes before they leave; never opens a key. */
  readonly vault: Vault;
  attestationKey(name: AttestationName): Promise<AttestationKey>;
  /** Replaces an attestation key, the old one vouching for the new one. @throws MODE_UNAVAILABLE for the key of the log */
  rotateAttestationKey(name: AttestationName): Promise<RotatedAttestation>;
  /** Wipes the keys of the vault; signing is refused from then on. */
  close(): void;
}

/** Puts software custody together over a store and its opened vault. @throws CONFIG_INVALID for a vault that is none */
export function createSoftwareCustody(options: SoftwareCustodyOptions): SoftwareCustody {
  const { store, clock, random, vault, hashes, coSigning, redeemerId, command, onRefused, inProcessParties, sharing, usage } = options;
  const keys = createKeyManager({ store, vault, clock, random, command, inProcessParties, sharing, usage });
  const custodian = createCustodian({ store, clock, keys, hashes, coSigning, random, redeemerId, onRefused });
  return Object.freeze({
    mode: 'software' as const,
    keys,
    custodian,
    mpc: createMPCCoordinator({ keys }),
    vault,
    attestationKey: (name: AttestationName) => loadAttestationKey({ store, vault, random, name }),
    rotateAttestationKey: (name: AttestationName) => rotateAttestationKey({ store, vault, random, clock, command, name }),
    close: () => vault.close(),
  });
}
