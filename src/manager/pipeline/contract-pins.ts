import { type CompiledPolicy, decodedExposure, pinFact, pinnedContracts } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import type { ContractFacts } from '../../core/chain-adapter.ts';
import type { Decision } from '../../core/decision.ts';
import type { AccountId } from '../../core/ids.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import type { Chains } from '../directory.ts';
import { judgedTerms, type Prepared } from './prepared.ts';

const PREFIX = pinFact('' as AccountId);

/** What the listed contracts that a request touches are made of now; what cannot be read is left out, which the policy layer denies. */
export async function readPinned(prepared: Prepared, policy: CompiledPolicy): Promise<ReadonlyMap<AccountId, ContractFacts> | undefined> {
  const accounts = pinnedContracts(policy, decodedExposure(prepared.decoded, judgedTerms(prepared)));
  if (accounts.length === 0 || prepared.node.inspect === undefined) return undefined;
  try {
    return new Map((await prepared.node.inspect(accounts)).map((facts) => [facts.account, facts]));
  } catch {
    return undefined;
  }
}

/** A contract that is not what it was at the decision. */
export interface MovedContract {
  readonly code: ReasonCode;
  readonly detail: string;
}

/**
 * Whether the contracts whose make the decision stands on are still made of the same. Undefined where they are.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT where they cannot be read
 */
export async function movedContract(
  chains: Chains,
  row: RequestRow,
  decision: Decision,
  signal?: AbortSignal,
): Promise<MovedContract | undefined> {
  const pinned = Object.entries(decision.facts).flatMap(([name, fact]) => {
    const at = name.indexOf(PREFIX);
    return at === 0 || name.slice(0, at) === 'union.' ? [[name.slice(at + PREFIX.length) as AccountId, fact] as const] : [];
  });
  if (pinned.length === 0) return undefined;
  const { inspect } = chains.node(accountChain(row.wallet));
  const now = inspect === undefined ? [] : await inspect([...new Set(pinned.map(([account]) => account))], signal);
  for (const [account, before] of pinned) {
    const found = now.find((facts) => facts.account === account);
    const then = before as Partial<ContractFacts> | null;
    if (found === undefined || then === null || found.codeHash !== then.codeHash || found.implementation !== then.implementation)
      return { code: 'bytecode_hash_mismatch', detail: `The contract ${account} runs other code than when it was decided about.` };
    if (found.admin !== then.admin || found.owner !== then.owner)
      return { code: 'owner_address_mismatch', detail: `The contract ${account} has another owner than when it was decided about.` };
  }
  return undefined;
}
