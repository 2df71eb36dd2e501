import type { AttestationKey, Clock, Command, Random, SecurityEvent, SigningHashes, Store } from '../../core/index.ts';
import { createCustodian, type RefusedSignature, type SoftwareCustodian } from '../custodian.ts';
import { type AttestationName, loadAttestationKey } from '../keys/attestation.ts';
import { createKeyManager, type KeyManager } from '../keys/key-manager.ts';
import type { Vault } from '../keys/vault.ts';
import { createMPCCoordinator, type MPCCoordinator } from './mpc.ts';

/** What software custody stands on. */
export interface SoftwareCustodyOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Opened by `openVault`; closed with this custody. */
  readonly vault: Vault;
  readonly hashes: SigningHashes;
  readonly redeemerId: string;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  readonly onRefused?: ((refused: RefusedSignature) => void) | undefined;
  /** `refused`: no key of mode `mpc` is made. Default `allowed`. */
  readonly inProcessParties?: 'allowed' | 'refused' | undefined;
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
  readonly mpc: MPCCoordinator;
  /** Seals signed bytes before they leave; never opens a key. */
  readonly vault: Vault;
  attestationKey(name: AttestationName): Promise<AttestationKey>;
  /** Wipes the keys of the vault; signing is refused from then on. */
  close(): void;
}

/** Puts software custody together over a store and its opened vault. @throws CONFIG_INVALID for a vault that is none */
export function createSoftwareCustody(options: SoftwareCustodyOptions): SoftwareCustody {
  const { store, clock, random, vault, hashes, redeemerId, command, onRefused, inProcessParties } = options;
  const keys = createKeyManager({ store, vault, clock, random, command, inProcessParties });
  const custodian = createCustodian({ store, keys, hashes, random, redeemerId, onRefused });
  return Object.freeze({
    mode: 'software' as const,
    keys,
    custodian,
    mpc: createMPCCoordinator({ keys }),
    vault,
    attestationKey: (name: AttestationName) => loadAttestationKey({ store, vault, random, name }),
    close: () => vault.close(),
  });
}
