import type { Codec, Token } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import type { ChainId } from '../../core/ids.ts';
import { assemble, walletOf } from './assemble.ts';
import { build } from './build.ts';
import type { CodecChain } from './codec-chain.ts';
import { decodeTransaction } from './decode/index.ts';
import { adopt, readAction } from './parse.ts';
import { signingHash } from './payload.ts';

/** How long orders stay valid where the configuration does not say, ms. */
export const DEFAULT_VALID_FOR_MS = 120_000;

/** The shortest validity of the chains: one number stands for the family. */
function validForMsOf(chains: ReadonlyMap<ChainId, CodecChain>): number {
  const windows = [...chains.values()].map(({ validForMs }) => validForMs);
  return windows.length === 0 ? DEFAULT_VALID_FOR_MS : Math.min(...windows);
}

/** The offline half of the TON chains: pure, no clock, no network. */
export function createTonCodec(chains: ReadonlyMap<ChainId, CodecChain>): Codec {
  const chainOf = (chain: ChainId): CodecChain => {
    const found = chains.get(chain);
    if (found === undefined)
      throw new CastellanError('CHAIN_INVALID', { message: 'This adapter does not serve the chain.', details: { chain } });
    return found;
  };
  return {
    algorithm: 'ed25519',
    needsPublicKey: true,
    validForMs: validForMsOf(chains),
    build: (action, context) => build(action, context, chainOf(context.chain)),
    decode: (tx) => decodeTransaction(tx, chainOf(tx.chain)),
    parse(bytes, chain, wallet) {
      chainOf(chain);
      return readAction(bytes, chain, wallet);
    },
    adopt: (bytes, chain, wallet, publicKey) => adopt(bytes, chainOf(chain), wallet, publicKey),
    signingHash,
    assemble(tx, signature) {
      chainOf(tx.chain);
      return assemble(tx, signature);
    },
    walletOf(publicKey, chain) {
      chainOf(chain);
      return walletOf(publicKey, chain);
    },
    nativeAsset: (chain): Token => chainOf(chain).tokens.native,
  };
}
