import { parseAbi } from 'viem';
import { evmChainNumber } from '../../../../core/chain-id.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { EvmAddress } from '../../address.ts';
import type { AccountTools } from '../account-model.ts';
import type { Framework } from './canonical-contracts.ts';
import { type Delegation, delegationDigest, delegationHash } from './delegation.ts';
import { notAsPlanned, readContract } from './read-contract.ts';

const ACCOUNT = parseAbi([
  'function owner() view returns (address)',
  'function delegationManager() view returns (address)',
  'function getKeyIdHashesCount() view returns (uint256)',
  'function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)',
]);
const MANAGER = parseAbi(['function disabledDelegations(bytes32 hash) view returns (bool)']);
/** What ERC-1271 answers for a good signature. */
const GOOD_SIGNATURE = '0x1626ba7e';

/**
 * What the account on the chain says of itself and of each delegation must be what was planned.
 * @throws CHAIN_RESPONSE_INVALID where it is another's, or refuses a signature; REQUEST_INVALID where the owner has revoked one
 */
export async function checkAccount(
  account: EvmAddress,
  owner: EvmAddress,
  framework: Framework,
  delegations: readonly Delegation[],
  tools: AccountTools,
  signal?: AbortSignal,
): Promise<void> {
  const { client, chain } = tools;
  const ask = (name: string, args: readonly unknown[] = []) => readContract(client, account, ACCOUNT, name, args, signal);
  const [held, manager, keys] = await Promise.all([ask('owner'), ask('delegationManager'), ask('getKeyIdHashesCount')]);
  if (String(held).toLowerCase() !== owner) throw notAsPlanned('another_owner');
  if (String(manager).toLowerCase() !== framework.manager) throw notAsPlanned('another_manager');
  if (keys !== 0n) throw notAsPlanned('further_keys');
  for (const delegation of delegations) {
    const digest = delegationDigest(delegation, evmChainNumber(chain), framework.manager);
    if ((await ask('isValidSignature', [digest, delegation.signature])) !== GOOD_SIGNATURE) throw notAsPlanned('signature_refused');
    const hash = delegationHash(delegation);
    if (await readContract(client, framework.manager, MANAGER, 'disabledDelegations', [hash], signal)) {
      throw new CastellanError('REQUEST_INVALID', {
        message: 'The owner has revoked the rights of this plan; another salt makes another account.',
        details: { reason: 'delegation_revoked' },
      });
    }
  }
}
