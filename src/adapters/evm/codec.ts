import type { Codec, Token } from '../../core/chain-adapter.ts';
import { keccak256 } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AssetId, ChainId } from '../../core/ids.ts';
import { MODELS } from './accounts/models.ts';
import { addressOf } from './address.ts';
import { assemble, walletOf } from './assemble.ts';
import { build } from './build.ts';
import type { KnownTokens } from './decode/index.ts';
import { decodeTransaction } from './decode/index.ts';
import { adopt, readAction } from './parse.ts';
import type { ChainTokens } from './tokens.ts';

function tokenMap(tokens: ChainTokens): KnownTokens {
  return new Map(tokens.erc20.map(({ contract, token }): [string, AssetId] => [addressOf(contract, tokens.chain), token.asset]));
}

/** The offline half of the EVM chains: pure, no clock, no network. */
export function createEvmCodec(chains: ReadonlyMap<ChainId, ChainTokens>): Codec {
  const known = new Map([...chains].map(([chain, tokens]): [ChainId, KnownTokens] => [chain, tokenMap(tokens)]));
  const chainOf = (chain: ChainId): ChainTokens => {
    const tokens = chains.get(chain);
    if (tokens === undefined)
      throw new CastellanError('CHAIN_INVALID', { message: 'This adapter does not serve the chain.', details: { chain } });
    return tokens;
  };
  return {
    algorithm: 'secp256k1',
    needsPublicKey: false,
    validForMs: null,
    build(action, context) {
      chainOf(context.chain);
      return build(action, context);
    },
    decode(tx) {
      chainOf(tx.chain);
      return decodeTransaction(tx, known.get(tx.chain) ?? new Map());
    },
    parse(bytes, chain, wallet) {
      chainOf(chain);
      return readAction(bytes, chain, wallet);
    },
    adopt(bytes, chain, wallet, _publicKey, smart) {
      chainOf(chain);
      return adopt(bytes, chain, wallet, smart);
    },
    coSigning: (payload) => MODELS.find(({ order }) => order?.is(payload))?.order?.coSigning(payload),
    signingHash: keccak256,
    assemble,
    walletOf,
    nativeAsset: (chain): Token => chainOf(chain).native,
  };
}
