import { type Hex, recoverAddress } from 'viem';
import { CastellanError } from '../../../../core/errors.ts';
import type { TypedDataSigner } from '../../../../core/smart-account.ts';
import type { EvmAddress } from '../../address.ts';
import { type Caveat, type Delegation, delegationDigest, delegationTypedData, ROOT_AUTHORITY } from './delegation.ts';

/** Between whom the delegations are, and under which manager. */
export interface DelegationParties {
  readonly delegator: EvmAddress;
  readonly delegate: EvmAddress;
  readonly owner: TypedDataSigner;
  readonly ownerAddress: EvmAddress;
  readonly chainNumber: number;
  readonly manager: EvmAddress;
}

async function sign(unsigned: Omit<Delegation, 'signature'>, parties: DelegationParties): Promise<Delegation> {
  const { owner, ownerAddress, chainNumber, manager } = parties;
  const given: unknown = await owner.signTypedData(delegationTypedData(unsigned, chainNumber, manager) as never);
  const signature = typeof given === 'string' && /^0x[0-9a-fA-F]{130}$/.test(given) ? (given.toLowerCase() as Hex) : null;
  const hash = delegationDigest(unsigned, chainNumber, manager);
  const signer = signature === null ? null : await recoverAddress({ hash, signature }).catch(() => null);
  if (signature === null || signer?.toLowerCase() !== ownerAddress) {
    throw new CastellanError('SIGNATURE_INVALID', {
      message: 'The owner’s signature does not belong to the delegation that was asked for.',
      details: { owner: ownerAddress },
    });
  }
  return { ...unsigned, signature };
}

/**
 * The owner’s delegations to the sender, one after the other: a person may be asked for each.
 * @throws SIGNATURE_INVALID where a signature is not the owner's own over that very delegation; whatever the signer throws
 */
export async function signDelegations(all: readonly (readonly Caveat[])[], parties: DelegationParties): Promise<readonly Delegation[]> {
  const { delegate, delegator } = parties;
  const signed: Delegation[] = [];
  for (const caveats of all) signed.push(await sign({ delegate, delegator, authority: ROOT_AUTHORITY, caveats, salt: 0n }, parties));
  return signed;
}
