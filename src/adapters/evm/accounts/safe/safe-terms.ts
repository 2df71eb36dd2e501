import { accountChain } from '../../../../core/account.ts';
import { evmChainNumber } from '../../../../core/chain-id.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { SmartAccount } from '../../../../core/smart-account.ts';
import type { EvmAddress } from '../../address.ts';
import { addressOf } from '../../address.ts';

/** The adapter's word for a Safe among smart accounts. */
export const SAFE_KIND = 'safe';

/** What our own records say of a Safe. */
export interface SafeTerms {
  readonly chainNumber: bigint;
  readonly safe: EvmAddress;
  readonly sender: EvmAddress;
  /** In ascending order. */
  readonly owners: readonly EvmAddress[];
  readonly threshold: number;
}

/** Most owners that signatures are made for. */
const MAX_OWNERS = 16;
const ADDRESS = /^0x[0-9a-f]{40}$/;

/** Owners in ascending order, each once and none of them special to a Safe; null where they cannot be its owners so. */
export function checkOwners(owners: readonly string[], threshold: number): readonly EvmAddress[] | null {
  const sorted = [...owners].sort() as EvmAddress[];
  const isGood = sorted.every((owner, index) => ADDRESS.test(owner) && BigInt(owner) > 1n && owner !== sorted[index - 1]);
  if (!isGood || sorted.length > MAX_OWNERS || !Number.isSafeInteger(threshold)) return null;
  return threshold >= 1 && threshold <= sorted.length ? sorted : null;
}

/** The terms that are kept with the wallet. */
export function writeTerms({ owners, threshold }: Pick<SafeTerms, 'owners' | 'threshold'>): SmartAccount['terms'] {
  return { owners: owners.join(','), threshold: String(threshold) };
}

/** Reads the record of a Safe. @throws REQUEST_INVALID where it is none of ours: nothing is built or believed then */
export function readTerms(smart: SmartAccount): SafeTerms {
  const chain = accountChain(smart.account);
  const { owners: listed, threshold: text } = smart.terms;
  const threshold = /^[1-9][0-9]?$/.test(text ?? '') ? Number(text) : 0;
  const owners = checkOwners((listed ?? '').split(','), threshold);
  const [safe, sender] = [addressOf(smart.account, chain), addressOf(smart.sender, chain)];
  if (smart.kind !== SAFE_KIND || owners === null || owners.join(',') !== listed || owners.includes(safe) || owners.includes(sender))
    throw new CastellanError('REQUEST_INVALID', { message: 'The record of this wallet is not that of a Safe.', details: { chain } });
  return { chainNumber: BigInt(evmChainNumber(chain)), safe, sender, owners, threshold };
}
