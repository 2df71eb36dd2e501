import { CastellanError } from '../core/errors.ts';
import type { GenerateKeyInput, KeyManager, SharesCoordinator, SharesStatus } from '../custody/index.ts';
import { sharingOf } from './config/sharing.ts';
import type { ResolvedConfig } from './config.ts';

const unavailable = (message: string, details: Readonly<Record<string, string>>): CastellanError =>
  new CastellanError('MODE_UNAVAILABLE', { message, details });

/** The party that is said to run somewhere else; undefined where all run here. */
export function remoteParty({ mpc }: Pick<ResolvedConfig, 'mpc'>): string | undefined {
  return mpc.parties?.find(({ endpoint }) => endpoint !== undefined)?.id;
}

/**
 * The key manager, with no key made anywhere but where the configuration says that keys belong. What exists goes on.
 *
 * Fails closed: a device or a party elsewhere, which this version does not reach, is refused instead of being replaced by
 * something in this process.
 */
export function keysInPlace(keys: KeyManager, config: ResolvedConfig): KeyManager {
  const { hsm } = config.keys;
  const remote = remoteParty(config);
  const { signatureScheme } = config.mpc;

  const checkPlace = (): void => {
    if (hsm !== undefined)
      throw unavailable('Keys belong in a device, and none can be reached in this version; leave keys.hsm out to keep them here.', {
        mode: 'hsm',
        provider: hsm.provider,
      });
  };
  const checkShared = ({ mode, algorithm = 'ed25519' }: GenerateKeyInput): void => {
    if (mode !== 'mpc') return;
    if (remote !== undefined)
      throw unavailable('Parties in other processes are not available in this version.', {
        mode: 'mpc',
        location: 'remote',
        party: remote,
      });
    if (signatureScheme !== undefined && algorithm !== signatureScheme)
      throw unavailable(`mpc.signatureScheme is ${signatureScheme}, and this key would be ${algorithm}.`, {
        mode: 'mpc',
        signatureScheme,
        algorithm,
      });
  };
  /** The same call, once it is known that keys may be made here. */
  const placed =
    <A extends readonly unknown[], R>(make: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      checkPlace();
      return make(...given);
    };

  return Object.freeze({
    ...keys,
    generateKey: placed(async (given: GenerateKeyInput) => {
      if (typeof given === 'object' && given !== null) checkShared(given);
      return keys.generateKey(given);
    }),
    deriveKey: placed(keys.deriveKey),
    importKey: placed(keys.importKey),
    createSeed: placed(keys.createSeed),
    importMnemonic: placed(keys.importMnemonic),
    rotateKey: placed(keys.rotateKey),
    runRotations: placed(keys.runRotations),
  });
}

/** The coordinator, with parties by the names that the configuration has for them. Keys of other numbers of parties keep theirs. */
export function namedParties(coordinator: SharesCoordinator, config: ResolvedConfig): SharesCoordinator {
  const names = config.mpc.parties?.map(({ id }) => id);
  if (names === undefined) return coordinator;
  const { threshold, parties: total } = sharingOf(config);
  return Object.freeze({
    ...coordinator,
    async getSharesStatus(keyId: string): Promise<SharesStatus> {
      const status = await coordinator.getSharesStatus(keyId);
      if (status.threshold !== threshold || status.total !== total) return status;
      const parties = status.parties.map((party, index) => Object.freeze({ ...party, id: names[index] ?? party.id }));
      return Object.freeze({ ...status, parties: Object.freeze(parties) });
    },
  });
}
