import { encodeFunctionData, parseAbi } from 'viem';
import { parseAccount } from '../../../../core/account.ts';
import { evmChainNumber } from '../../../../core/chain-id.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { ChainId } from '../../../../core/ids.ts';
import type { SmartAccount, SmartAccountPlan, TypedDataSigner } from '../../../../core/smart-account.ts';
import { accountOf, addressOf, type EvmAddress } from '../../address.ts';
import type { AccountTools } from '../account-model.ts';
import type { Framework } from './canonical-contracts.ts';
import { checkAccount } from './check-account.ts';
import { encodeContext } from './delegation.ts';
import { writeTerms } from './delegation-terms.ts';
import { checkFramework, frameworkOf } from './framework.ts';
import { limitsToCaveats } from './limits-to-caveats.ts';
import { type PlannedAccount, planAccount } from './plan-account.ts';
import { notAsPlanned, withoutCode } from './read-contract.ts';
import { signDelegations } from './sign-delegations.ts';

const FACTORY = parseAbi(['function deploy(bytes bytecode, bytes32 salt) returns (address)']);

/** Deploys the account unless it is there; whoever deployed it, its address says what was deployed. */
async function deploy(
  { account, initCode, salt }: PlannedAccount,
  framework: Framework,
  tools: AccountTools,
  signal?: AbortSignal,
): Promise<void> {
  const isMissing = async (): Promise<boolean> => (await withoutCode(tools.client, [account], signal)).length > 0;
  if (!(await isMissing())) return;
  const data = encodeFunctionData({ abi: FACTORY, functionName: 'deploy', args: [initCode, salt] });
  try {
    await tools.send(framework.factory, data, signal);
  } catch (error) {
    // Somebody with the same plan was faster.
    if (await isMissing()) throw error;
  }
  if (await isMissing()) throw notAsPlanned('not_deployed');
}

function refuse(message: string, field: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field } });
}

function ownerOf(owner: TypedDataSigner | undefined, chain: ChainId): { readonly owner: TypedDataSigner; readonly address: EvmAddress } {
  if (typeof owner?.signTypedData !== 'function' || typeof owner.address !== 'string')
    throw refuse('The account needs an owner with a key of their own, who signs typed data.', 'owner');
  return { owner, address: addressOf(parseAccount(owner.address, chain), chain) };
}

/**
 * Makes an account of the owner's, and the owner's delegations to the sender.
 *
 * The owner signs first, so that nothing is deployed for somebody who says no. Idempotent by the plan: owner, sender, limits
 * and salt are in the address, and the same plan has the same delegations, whose budgets go on where they stand.
 * @throws MODE_UNAVAILABLE without the framework, or without a sponsor where the account is not there yet; REQUEST_INVALID,
 * ADDRESS_INVALID, SIGNATURE_INVALID, CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, TIMEOUT
 */
export async function createDelegationAccount(plan: SmartAccountPlan, tools: AccountTools, signal?: AbortSignal): Promise<SmartAccount> {
  const { chain } = tools;
  const framework = frameworkOf(tools);
  const { owner, address } = ownerOf(plan.owner, chain);
  const sender = addressOf(plan.sender, chain);
  if (sender === address) throw refuse('The owner and the sender are two: the sender’s key lies with the software.', 'owner');
  if (plan.limits === undefined) throw refuse('The account needs limits: without them the sender would own it.', 'limits');
  const all = limitsToCaveats(plan.limits, chain, framework);
  const planned = planAccount(framework, address, sender, all, plan.salt);
  await checkFramework(framework, tools, signal);
  const chainNumber = evmChainNumber(chain);
  const parties = { delegator: planned.account, delegate: sender, owner, ownerAddress: address, chainNumber, manager: framework.manager };
  const delegations = await signDelegations(all, parties);
  await deploy(planned, framework, tools, signal);
  await checkAccount(planned.account, address, framework, delegations, tools, signal);
  return {
    kind: 'delegation',
    account: accountOf(chain, planned.account),
    sender: plan.sender,
    terms: writeTerms({
      framework,
      owner: address,
      delegations: delegations.map((delegation) => ({ delegation, context: encodeContext(delegation) })),
    }),
  };
}
