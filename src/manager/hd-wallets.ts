import type { KeyAlgorithm } from '../core/chain-adapter.ts';
import { applyStep } from '../core/doc.ts';
import { CastellanError, isCastellanError } from '../core/errors.ts';
import type { Store } from '../core/store.ts';
import type { GenerateKeyConfig, KeyInfo, KeyManager } from '../custody/index.ts';
import { COIN_OF } from './config/chain-fit.ts';
import type { ResolvedConfig } from './config.ts';
import { readDoc } from './directory.ts';

/** What deriving the keys of wallets needs. */
export interface HdWalletParts {
  readonly keys: KeyManager;
  readonly store: Store;
  /** Undefined: new wallets are accounts of the seed, as the key manager counts them. */
  readonly derivation: ResolvedConfig['keyDerivation'];
}

/** The tenant's own seed, made with the first wallet where none was imported under this id. */
const SEED = 'default';
/** Attempts at one index: a lost race shows who won it at the next look. */
const ATTEMPTS = 3;
const MAX_INDEX = 2 ** 31;

/** Where the next free index of a curve may be looked for. Only a hint: the keys themselves say which are taken. */
const hintDoc = (algorithm: KeyAlgorithm): string => `hd-next/${algorithm}`;

function pathOf(algorithm: KeyAlgorithm, index: number): string {
  const level = algorithm === 'ed25519' ? "'" : '';
  return `m/44'/${COIN_OF[algorithm]}'/0'/0${level}/${index}${level}`;
}

/**
 * A key manager for wallets: a software key that nobody says more about lies at the next free index of BIP-44 under the
 * tenant's seed, so that whoever restores that seed finds the same wallets in the same order. Everything else is as ever.
 *
 * Durable, and each index once in all processes on a store: taking an index and keeping its key are one step.
 */
export function createHdWallets({ keys, store, derivation }: HdWalletParts): KeyManager {
  if (derivation === undefined) return keys;
  const { coinType, hardened, cacheEnabled } = derivation;

  function check(algorithm: KeyAlgorithm): void {
    const refuse = (field: string, message: string): CastellanError =>
      new CastellanError('DERIVATION_INVALID', { message, details: { field, algorithm } });
    if (coinType !== undefined && coinType !== COIN_OF[algorithm])
      throw refuse('keyDerivation.coinType', `Wallets of this chain are derived at coin type ${COIN_OF[algorithm]}.`);
    if (!hardened && algorithm === 'ed25519')
      throw refuse('keyDerivation.hardened', 'Ed25519 has hardened children only, and the configuration says not to harden.');
  }

  /** The key at an index; undefined where somebody has it. */
  async function take(algorithm: KeyAlgorithm, index: number, config: GenerateKeyConfig): Promise<KeyInfo | undefined> {
    const { id, tags } = config;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const given = { ...(id === undefined ? {} : { id }), ...(tags === undefined ? {} : { tags }) };
        return await keys.deriveKey({ seedId: SEED, path: pathOf(algorithm, index), ...given });
      } catch (error) {
        if (!isCastellanError(error)) throw error;
        if (error.code === 'KEY_INVALID' && error.details['publicKey'] !== undefined) return undefined;
        const mayPass = error.code === 'STORE_UNAVAILABLE' && error.retryable;
        if (attempt >= ATTEMPTS || !(mayPass || error.code === 'KEY_UNKNOWN')) throw error;
        if (error.code === 'KEY_UNKNOWN') await makeSeed(error);
      }
    }
  }

  /** @throws what `missing` is, where keys of the seed are there and it is not: another seed in its place would hide the loss */
  async function makeSeed(missing: CastellanError): Promise<void> {
    if ((await keys.listKeys()).some(({ seedId }) => seedId === SEED)) throw missing;
    try {
      await keys.createSeed({ id: SEED });
    } catch (error) {
      // Another wallet, or another process, made it in this moment.
      if (!isCastellanError(error) || error.code !== 'KEY_INVALID') throw error;
    }
  }

  async function next(config: GenerateKeyConfig): Promise<KeyInfo> {
    const { algorithm } = config;
    check(algorithm);
    const key = hintDoc(algorithm);
    const { value, version } = cacheEnabled ? await readDoc<{ readonly next: number }>(store, key) : { value: undefined, version: 0 };
    const start = Number.isSafeInteger(value?.next) && (value?.next ?? -1) >= 0 ? (value?.next as number) : 0;
    for (let index = start; index < MAX_INDEX; index += 1) {
      const made = await take(algorithm, index, config);
      if (made === undefined) continue;
      // Losing this write costs a few derivations later on, and no index.
      if (cacheEnabled)
        await applyStep(store, { commands: [{ kind: 'doc.put', key, value: { next: index + 1 }, ifVersion: version }] }).catch(
          () => undefined,
        );
      return made;
    }
    throw new CastellanError('DERIVATION_INVALID', {
      message: 'Every index of the seed is taken.',
      details: { field: 'index', algorithm },
    });
  }

  const isOurs = ({ mode = 'software', source = 'derived', seedId, autoRotate, rotationIntervalDays }: GenerateKeyConfig): boolean =>
    mode === 'software' && source === 'derived' && seedId === undefined && autoRotate === undefined && rotationIntervalDays === undefined;
  return Object.freeze({ ...keys, generateKey: (config: GenerateKeyConfig) => (isOurs(config) ? next(config) : keys.generateKey(config)) });
}
