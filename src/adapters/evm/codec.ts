import type { Codec, Token } from '../../core/chain-adapter.ts';
import { keccak256 } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AssetId, ChainId } from '../../core/ids.ts';
import { MODELS } from './accounts/models.ts';
import { addressOf } from './address.ts';
import { assemble, walletOf } from './assemble.ts';
import { build } from './build.ts';
import type { KnownContracts } from './decode/index.ts';
import { decodeTransaction, knownContracts } from './decode/index.ts';
import { adopt, readAction } from './parse.ts';
import { deploymentTables, NONE_REGISTERED, type Registered } from './registered.ts';
import { reprice, underbid } from './replace.ts';
import { assembleSignature, describedTypes, readSignature } from './signatures/index.ts';
import type { ChainTokens } from './tokens.ts';

function knownOn(tokens: ChainTokens, registered: Registered): KnownContracts {
  return knownContracts(
    new Map(tokens.erc20.map(({ contract, token }): [string, AssetId] => [addressOf(contract, tokens.chain), token.asset])),
    deploymentTables(tokens.chain, registered),
    tokens.delegates,
  );
}

/** The offline half of the EVM chains: pure, no clock, no network. `registered` comes on top of canonical deployments. */
export function createEvmCodec(chains: ReadonlyMap<ChainId, ChainTokens>, registered: Registered = NONE_REGISTERED): Codec {
  const known = new Map([...chains].map(([chain, tokens]): [ChainId, KnownContracts] => [chain, knownOn(tokens, registered)]));
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
      return decodeTransaction(tx, known.get(tx.chain) ?? knownOn(chainOf(tx.chain), registered));
    },
    parse(bytes, chain, wallet) {
      chainOf(chain);
      return readAction(bytes, chain, wallet);
    },
    adopt(bytes, chain, wallet, _publicKey, smart) {
      chainOf(chain);
      return adopt(bytes, chain, wallet, smart);
    },
    readSignature(order, chain, wallet, smart) {
      const tokens = chainOf(chain);
      return readSignature(
        order,
        chain,
        wallet,
        {
          known: known.get(chain) ?? knownOn(tokens, registered),
          describe: describedTypes(chain, registered.descriptors),
        },
        smart,
      );
    },
    assembleSignature,
    coSigning: (payload) => MODELS.find(({ order }) => order?.is(payload))?.order?.coSigning(payload),
    reprice(tx, fee) {
      chainOf(tx.chain);
      return reprice(tx, fee);
    },
    underbid,
    signingHash: keccak256,
    assemble,
    walletOf,
    nativeAsset: (chain): Token => chainOf(chain).native,
  };
}
