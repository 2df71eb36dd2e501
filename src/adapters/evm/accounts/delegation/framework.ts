import { hashDomain, parseAbi } from 'viem';
import { evmChainNumber } from '../../../../core/chain-id.ts';
import { CastellanError, isCastellanError } from '../../../../core/errors.ts';
import type { AccountTools } from '../account-model.ts';
import { canonicalContracts, type Framework } from './canonical-contracts.ts';
import { managerDomain } from './delegation.ts';
import { readContract, withoutCode } from './read-contract.ts';

const MANAGER = parseAbi(['function getDomainHash() view returns (bytes32)']);
const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
] as const;

/** The contracts that accounts of this adapter stand on. @throws MODE_UNAVAILABLE where nobody said which these are */
export function frameworkOf({ chain, config }: AccountTools): Framework {
  const found = config.delegation ?? canonicalContracts(chain);
  if (found !== null) return found;
  throw new CastellanError('MODE_UNAVAILABLE', {
    message: 'The delegation framework is not known on this chain: set `accounts.delegation` of the EVM adapter.',
    details: { chain, field: 'accounts.delegation' },
  });
}

/**
 * Contracts that the account stands on must be there, and the manager must be one whose signatures we can make.
 * @throws MODE_UNAVAILABLE; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID
 */
export async function checkFramework(framework: Framework, tools: AccountTools, signal?: AbortSignal): Promise<void> {
  const { client, chain } = tools;
  const missing = await withoutCode(client, [...new Set(Object.values(framework))], signal);
  if (missing.length > 0) {
    throw new CastellanError('MODE_UNAVAILABLE', {
      message: 'Contracts of the delegation framework are missing on this chain.',
      details: { chain, missing },
    });
  }
  const domain = { domain: managerDomain(evmChainNumber(chain), framework.manager), types: { EIP712Domain: DOMAIN_FIELDS } };
  const found = await readContract(client, framework.manager, MANAGER, 'getDomainHash', [], signal).catch((error: unknown) => {
    if (isCastellanError(error) && error.code === 'CHAIN_REJECTED') return null;
    throw error;
  });
  if (found !== hashDomain(domain as never)) {
    throw new CastellanError('MODE_UNAVAILABLE', {
      message: 'The delegation manager is of a version that this adapter does not know.',
      details: { chain, manager: framework.manager },
    });
  }
}
