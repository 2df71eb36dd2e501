import type { PinnedCode } from '../../../core/chain-adapter.ts';
import type { Effect } from '../../../core/effect.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { Block } from '../block.ts';
import type { RpcClient } from '../client.ts';
import { readCode } from '../inspect.ts';

/** Contracts whose code is read; what calls more is told as such. */
const MAX_CONTRACTS = 32;

/** The contracts that the bytes call, in order of first appearance: those named by a call, and those of the tokens that move. */
export function calledContracts(chain: ChainId, decoded: readonly Effect[]): readonly AccountId[] {
  const contractOf = (asset: string): readonly AccountId[] => {
    const address = /\/(?:erc20|erc721|erc1155):(0x[0-9a-f]{40})/.exec(asset)?.[1];
    return address === undefined ? [] : [`${chain}:${address}` as AccountId];
  };
  const found = decoded.flatMap((effect): readonly AccountId[] => {
    if (effect.kind === 'call') return [effect.contract];
    if (effect.kind === 'unknown') return effect.contract === null ? [] : [effect.contract];
    if (effect.kind === 'operator') return [effect.collection];
    return 'asset' in effect ? contractOf(effect.asset) : [];
  });
  return [...new Set(found)];
}

/**
 * What the called contracts are made of at the block that is simulated on: a proxy may run something else by the time it counts.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function pinCode(
  client: Pick<RpcClient, 'request'>,
  chain: ChainId,
  decoded: readonly Effect[],
  head: Block,
  signal?: AbortSignal,
): Promise<{ readonly code: readonly PinnedCode[] | null; readonly caveats: readonly string[] }> {
  const contracts = calledContracts(chain, decoded);
  const at = { blockHash: head.hash, requireCanonical: true } as const;
  try {
    const code = await Promise.all(contracts.slice(0, MAX_CONTRACTS).map((account) => readCode(client, chain, account, at, signal)));
    return { code, caveats: contracts.length > MAX_CONTRACTS ? ['code_not_all_pinned'] : [] };
  } catch (error) {
    // A node that keeps no state by block hash: the rest of the report stands without, and says so.
    if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return { code: null, caveats: ['code_not_pinned'] };
    throw error;
  }
}
