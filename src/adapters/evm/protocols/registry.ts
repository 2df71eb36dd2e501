import type { ChainId } from '../../../core/ids.ts';
import type { MethodEntry } from '../decode/method-entry.ts';
import { AAVE, AAVE_GATEWAY } from './aave.ts';
import { BATCH_DEPOSIT, BEACON_DEPOSIT } from './beacon-deposit.ts';
import { COMPOUND } from './compound.ts';
import { canonicalDeployments } from './deployments.ts';
import { GOVERNOR, VOTES } from './governance.ts';
import { KYBERSWAP } from './kyberswap.ts';
import { LIDO, LIDO_QUEUE, LIDO_WRAPPED } from './lido.ts';
import { BENQI, ROCKET_POOL } from './liquid-staking.ts';
import { MORPHO } from './morpho.ts';
import { NFT_MINT, SEADROP } from './nft-mint.ts';
import { OKX } from './okx.ts';
import { ONE_INCH } from './one-inch.ts';
import { PARASWAP } from './paraswap.ts';
import type { Deployment, Protocol } from './protocol.ts';
import { SEAPORT } from './seaport.ts';
import { UNISWAP_V2 } from './uniswap-v2.ts';
import { UNISWAP_V3 } from './uniswap-v3.ts';
import { UNIVERSAL_ROUTER } from './universal-router.ts';
import { VAULT } from './vault.ts';
import { ZERO_EX_HOLDER, ZERO_EX_PROXY, ZERO_EX_SETTLER } from './zero-ex.ts';

/** Every protocol by name. */
export const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map(
  [
    UNISWAP_V2,
    UNISWAP_V3,
    UNIVERSAL_ROUTER,
    ONE_INCH,
    ZERO_EX_PROXY,
    ZERO_EX_HOLDER,
    ZERO_EX_SETTLER,
    PARASWAP,
    KYBERSWAP,
    OKX,
    AAVE,
    AAVE_GATEWAY,
    MORPHO,
    COMPOUND,
    VAULT,
    LIDO,
    LIDO_WRAPPED,
    LIDO_QUEUE,
    ROCKET_POOL,
    BENQI,
    BEACON_DEPOSIT,
    BATCH_DEPOSIT,
    GOVERNOR,
    VOTES,
    SEAPORT,
    SEADROP,
    NFT_MINT,
  ].map((protocol) => [protocol.name, protocol]),
);

/**
 * The methods of every registered deployment of a chain, by lowercase address. An address that the configuration registers
 * is what the configuration says, whatever is known of it otherwise; registered twice it is both.
 */
export function protocolMethods(chain: ChainId, registered: readonly Deployment[]): ReadonlyMap<string, readonly MethodEntry[]> {
  const own = registered.filter((deployment) => deployment.chain === chain);
  const named = new Set(own.map(({ address }) => address));
  const methods = new Map<string, readonly MethodEntry[]>();
  for (const deployment of [...canonicalDeployments(chain).filter(({ address }) => !named.has(address)), ...own]) {
    const entries = PROTOCOLS.get(deployment.protocol)?.methods(deployment) ?? [];
    methods.set(deployment.address, [...(methods.get(deployment.address) ?? []), ...entries]);
  }
  return methods;
}
