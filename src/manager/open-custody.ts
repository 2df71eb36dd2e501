import type { Deadlines } from '../core/deadline.ts';
import { toHex } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import type { SigningHashes } from '../core/signer.ts';
import type { Store } from '../core/store.ts';
import { createSoftwareCustody, type DefaultSharing, type KeyManager, type SoftwareCustody, type Vault } from '../custody/index.ts';
import { sharingOf } from './config/sharing.ts';
import type { Host, ResolvedConfig } from './config.ts';
import { coSigningsOf } from './custody/co-signings.ts';
import type { Chains } from './directory.ts';
import { createHdWallets } from './hd-wallets.ts';
import type { Journal } from './journal.ts';
import { keysInPlace, namedParties, remoteParty } from './key-places.ts';
import { createKeyUsage } from './key-usage.ts';
import { patientStore } from './patient-store.ts';
import { tellRefusals } from './tell-refusals.ts';

/** What custody is opened with. */
export interface CustodyRooms {
  readonly config: ResolvedConfig;
  readonly host: Host;
  readonly store: Store;
  readonly vault: Vault;
  readonly chains: Chains;
  readonly journal: Journal;
  readonly deadlines: Deadlines;
}

/** Custody as the configuration wants it. */
export interface OpenedCustody {
  readonly custody: SoftwareCustody;
  /** The key room itself, without what the configuration refuses: users’ signers sit there. */
  readonly ownKeys: KeyManager;
  /** Where keys of new wallets come from. */
  readonly walletKeys: KeyManager;
  readonly sharing: DefaultSharing;
}

function signingHashes(chains: Chains): SigningHashes {
  const hashes: { -readonly [K in keyof SigningHashes]: SigningHashes[K] } = {};
  for (const { codec } of chains.adapters) {
    if (hashes[codec.algorithm] !== undefined && hashes[codec.algorithm] !== codec.signingHash) {
      throw new CastellanError('CONFIG_INVALID', {
        message: 'Two adapters hash payloads of one algorithm differently',
        details: { algorithm: codec.algorithm },
      });
    }
    hashes[codec.algorithm] = codec.signingHash;
  }
  return hashes;
}

/** What opens the vault. @throws CONFIG_INVALID for a durable store without a secret */
export function secretOf(config: ResolvedConfig, host: Host, store: Store): { passphrase: string } | { encryptionKey: string } {
  const { passphrase, encryptionKey } = config.keys;
  if (passphrase !== undefined) return { passphrase };
  if (encryptionKey !== undefined) return { encryptionKey };
  if (store.info.durability !== 'ephemeral')
    throw new CastellanError('CONFIG_INVALID', {
      message: 'A durable store needs keys.passphrase or keys.encryptionKey',
      details: { problems: ['keys'] },
    });
  return { encryptionKey: toHex(host.random.bytes(32)) };
}

/** Opens custody over an open vault. @throws CONFIG_INVALID where two adapters hash payloads of one algorithm differently */
export function openCustody({ config, host, store, vault, chains, journal, deadlines }: CustodyRooms): OpenedCustody {
  const sharing = sharingOf(config);
  const own = createSoftwareCustody({
    store: patientStore(store, deadlines, config.mpc.timeoutMs),
    clock: host.clock,
    random: host.random,
    vault,
    hashes: signingHashes(chains),
    coSigning: coSigningsOf(chains),
    redeemerId: toHex(host.random.bytes(8)),
    command: journal.command,
    onRefused: tellRefusals(host, config.tenant, journal),
    inProcessParties: config.production || remoteParty(config) !== undefined ? 'refused' : 'allowed',
    sharing,
    usage: createKeyUsage({ store, chains: () => chains }),
  });
  const custody: SoftwareCustody = { ...own, keys: keysInPlace(own.keys, config), mpc: namedParties(own.mpc, config) };
  const walletKeys = createHdWallets({ keys: custody.keys, store, derivation: config.keyDerivation });
  return { custody, ownKeys: own.keys, walletKeys, sharing };
}
