import type { ChainAdapter } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import { COIN_TYPES } from '../../custody/index.ts';
import type { ResolvedConfig } from '../config.ts';

/** The coin whose paths a curve is derived at. */
export const COIN_OF = { secp256k1: COIN_TYPES.ether, ed25519: COIN_TYPES.ton } as const;

/** A field that fits some chains and not others. */
interface Fit {
  readonly field: string;
  readonly wanted: string;
  readonly fits: (adapter: ChainAdapter) => boolean;
  /** What is refused where it does not. */
  readonly refused: string;
}

function fitsOf({ mpc, keyDerivation }: ResolvedConfig): readonly Fit[] {
  const { signatureScheme } = mpc;
  const found: Fit[] = [];
  if (signatureScheme !== undefined)
    found.push({
      field: 'mpc.signatureScheme',
      wanted: signatureScheme,
      fits: ({ codec }) => codec.algorithm === signatureScheme,
      refused: 'keys of parties',
    });
  if (keyDerivation === undefined) return found;
  const { coinType, hardened } = keyDerivation;
  if (coinType !== undefined)
    found.push({
      field: 'keyDerivation.coinType',
      wanted: String(coinType),
      fits: ({ codec }) => COIN_OF[codec.algorithm] === coinType,
      refused: 'new software wallets',
    });
  if (!hardened)
    found.push({
      field: 'keyDerivation.hardened',
      wanted: 'false',
      fits: ({ codec }) => codec.algorithm !== 'ed25519',
      refused: 'new software wallets',
    });
  return found;
}

/**
 * What the configuration says about curves and coins, against the chains that are served: a sentence for each field that
 * fits only some of them. @throws CONFIG_INVALID naming each field that fits none
 */
export function checkChainFit(config: ResolvedConfig, adapters: readonly ChainAdapter[]): readonly string[] {
  if (adapters.length === 0) return [];
  const fits = fitsOf(config);
  const problems = fits
    .filter((fit) => !adapters.some(fit.fits))
    .map(({ field, wanted }) => `${field}: ${wanted} fits no chain that is served; leave it out to follow the chain`);
  if (problems.length > 0)
    throw new CastellanError('CONFIG_INVALID', {
      message: `The configuration has ${problems.length} wrong field(s): ${problems.join('; ')}`,
      details: { problems },
    });
  return fits.flatMap(({ field, wanted, fits: isFit, refused }) => {
    const without = adapters.filter((adapter) => !isFit(adapter)).flatMap(({ chains }) => chains);
    return without.length === 0
      ? []
      : [`${field} is ${wanted}: ${refused} are refused on ${without.join(', ')}; leave it out to follow the chain.`];
  });
}
