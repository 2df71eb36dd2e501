import { accountsOf, alikeRows, type CompiledPolicy, factsFrom, fleetRow, readingsOf, refusalKeys } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AgentId, TimeMs } from '../../core/ids.ts';
import type { Store } from '../../core/store.ts';
import type { RiskFacts } from '../../risk/index.ts';
import type { Chains } from '../directory.ts';
import { type LookUpParts, lookUp } from '../pipeline/look-up.ts';

/** Whose facts are read, and of which effects. */
export interface AssessedFactsOf {
  readonly agentId: AgentId;
  readonly policy: CompiledPolicy;
  readonly effects: readonly Effect[];
  readonly wallet: AccountId;
  /** Accounts that the effects name. */
  readonly accounts: readonly AccountId[];
  readonly nowMs: TimeMs;
}

/** Reads the facts for the patterns of fraud that the gate would go by now. */
export type ReadAssessedFacts = (of: AssessedFactsOf) => Promise<RiskFacts>;

/** Reads them from the store and the chains behind the gate. @throws STORE_UNAVAILABLE */
export function createAssessedFacts(store: Store, chains: Chains, lookUps: LookUpParts | null): ReadAssessedFacts {
  return async ({ agentId, policy, effects, wallet, accounts, nowMs }) => {
    const own = accountsOf(policy, agentId);
    const keys = [
      own.profileKey,
      ...own.rateKeys,
      ...refusalKeys(agentId),
      ...accounts.flatMap((account) => [fleetRow(account), ...alikeRows(agentId, account)]),
    ];
    const chain = accountChain(wallet);
    const [rows, lookedUp] = await Promise.all([
      store.get(keys),
      lookUps === null || !chains.ids.includes(chain)
        ? undefined
        : lookUp(lookUps, {
            ...{ effects, chain, wallet, node: chains.node(chain) },
            isNamed: (account) => policy.spenders.has(account) || policy.contracts.has(account) || policy.destinations.has(account),
            isListed: (asset) => policy.tokens.has(asset),
          }),
    ]);
    const row = (key: string) => rows[keys.indexOf(key)];
    return factsFrom(readingsOf({ agent: agentId, nowMs, keys, row, lookedUp }), policy.tokens);
  };
}
