import { nativeAssetId } from '../../../core/asset.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import { textTraits } from '../../../core/text-safety.ts';
import { accountOf } from '../address.ts';
import type { Found } from '../decode/found.ts';
import type { KnownContracts } from '../decode/index.ts';
import type { DescribeType } from './described.ts';
import { flatten } from './kinds/flatten.ts';
import type { KindReading, TypedOrder } from './kinds/kind.ts';
import { selectorOfType } from './kinds/parts.ts';
import { kindOf } from './kinds/registry.ts';
import { readSnapshotVote } from './kinds/snapshot.ts';
import { refuse } from './refuse.ts';
import type { TypedValue } from './typed-data/struct.ts';
import { readTypedData, type TypedData } from './typed-data/typed-data.ts';

/** What typed data comes to, and its preimage. */
export interface TypedDataReading extends KindReading {
  readonly payload: Uint8Array;
}

function checkChain({ domain }: TypedData, chain: ChainId): void {
  if (domain.chainId !== null && `eip155:${domain.chainId}` !== chain) {
    throw refuse('chain_id_mismatch', { expected: chain, found: `eip155:${domain.chainId}` });
  }
}

/** A type that nobody described: denied, unless a rule allows this contract and the first bytes of this type's hash. */
function unknownType(order: Pick<TypedOrder, 'data'>, contract: AccountId | null, why: string): KindReading {
  return {
    standard: 'unknown',
    found: [],
    unclear: why,
    expiresAtMs: null,
    mark: null,
    summary: `signs ${order.data.primaryType} for ${contract ?? 'no contract'}`,
  };
}

function readFor(order: TypedOrder, describe: DescribeType | undefined): KindReading {
  const kind = kindOf(order.data.type);
  const known = kind?.read(order);
  if (known !== undefined) return known;
  const told = kind === undefined ? describe?.(order) : undefined;
  const why = kind === undefined ? 'typed data of no known kind' : 'a known type, for a contract that is not the known one';
  return told ?? unknownType(order, order.contract, why);
}

/** Texts that look like something else than they are, wherever they stand. */
function appearance({ domain, message }: TypedData, wallet: AccountId): readonly Found[] {
  const traits = new Set<string>(textTraits(`${domain.name ?? ''}\n${domain.version ?? ''}`));
  const look = (value: TypedValue): void => {
    if (value instanceof Map || Array.isArray(value)) for (const inner of value.values()) look(inner as TypedValue);
    else if (typeof value === 'string') for (const trait of textTraits(value)) traits.add(trait);
  };
  look(message);
  if (traits.size === 0) return [];
  const detail = `a text of it holds ${[...traits].join(', ').replaceAll('_', ' ')}`;
  return [{ kind: 'hazard', account: wallet, hazard: 'misleading_text', detail }];
}

/**
 * Reads typed data: what others may do with the signature. Of a domain without a chain the signature holds on every chain.
 * @throws PAYLOAD_UNDECODABLE where it is none, or is for another chain
 */
export function readTypedOrder(
  json: string,
  chain: ChainId,
  wallet: AccountId,
  known: KnownContracts,
  describe?: DescribeType,
): TypedDataReading {
  const data = readTypedData(json);
  checkChain(data, chain);
  const { chainId, verifyingContract } = data.domain;
  const contract = verifyingContract === null ? null : accountOf(chain, verifyingContract);
  const reading =
    contract === null
      ? (readSnapshotVote(data, chain, wallet) ?? unknownType({ data }, null, 'typed data for no contract'))
      : readFor({ chain, native: nativeAssetId(chain), wallet, contract, data, known }, describe);
  const found: Found[] = [...reading.found, ...appearance(data, wallet)];
  if (chainId === null) {
    found.push({ kind: 'hazard', account: wallet, hazard: 'valid_on_every_chain', detail: 'its domain names no chain' });
  }
  if (reading.unclear === undefined) return { ...reading, found, payload: data.payload };
  const selector = selectorOfType({ data });
  if (contract !== null && !found.some((effect) => effect.kind === 'call')) {
    const shown = flatten(data.message);
    const said = Object.entries(shown).map(([name, value]) => `${name}: ${value}`);
    found.push({ kind: 'message', text: `${data.primaryType} { ${said.join(', ')} }` });
  }
  found.push({
    kind: 'unknown',
    contract,
    selector: contract === null ? null : selector,
    detail: `${data.primaryType}: ${reading.unclear}`,
  });
  return { ...reading, found, payload: data.payload };
}
