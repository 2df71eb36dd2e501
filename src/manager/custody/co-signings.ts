import type { CoSignings } from '../../custody/index.ts';
import type { Chains } from '../directory.ts';

/** What parties sign before a key can, by the codecs of the chains: the first of an algorithm that knows the payload. */
export function coSigningsOf(chains: Pick<Chains, 'adapters'>): CoSignings {
  const ofAlgorithm = (algorithm: 'secp256k1' | 'ed25519'): CoSignings => {
    const codecs = chains.adapters
      .map(({ codec }) => codec)
      .filter((codec) => codec.algorithm === algorithm && codec.coSigning !== undefined);
    if (codecs.length === 0) return {};
    return {
      [algorithm]: (payload: Uint8Array) => {
        for (const codec of codecs) {
          const order = codec.coSigning?.(payload);
          if (order !== undefined) return order;
        }
        return undefined;
      },
    };
  };
  return Object.freeze({ ...ofAlgorithm('secp256k1'), ...ofAlgorithm('ed25519') });
}
