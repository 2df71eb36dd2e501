import { CastellanError, type KeyAlgorithm, toHex } from '../../core/index.ts';
import { SIGNERS } from '../signers/signer.ts';
import { deriveSecret } from './derivation.ts';
import type { RawDerivedKey } from './derived-key.ts';

/**
 * The key at a path under 16 to 64 bytes that the caller has. Takes the bytes over: they are wiped.
 * @throws DERIVATION_INVALID
 */
export function deriveRaw(seed: Uint8Array, algorithm: KeyAlgorithm, path: string): RawDerivedKey {
  try {
    if (seed.length < 16 || seed.length > 64)
      throw new CastellanError('DERIVATION_INVALID', { message: 'A master seed has 16 to 64 bytes.', details: { field: 'masterKey' } });
    const secret = deriveSecret(algorithm, seed, path);
    const publicKey = toHex(SIGNERS[algorithm].toPublicKey(secret));
    return Object.freeze({ algorithm, path, publicKey, key: null, exportPrivateKey: () => Uint8Array.from(secret) });
  } finally {
    seed.fill(0);
  }
}
