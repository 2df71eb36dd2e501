import type { AccountId, ContractFacts, Reason } from '../../../core/index.ts';
import type { Exposure } from '../../exposure.ts';
import { type LayerContext, reason } from '../../layer.ts';
import type { CompiledPolicy, ContractEntry, ContractPins } from '../compiled-policy.ts';
import { lookUpCall } from '../items/items.ts';

/** What a contract was made of at the decision, as it stands in the facts. */
export type PinnedFacts = Omit<ContractFacts, 'account'>;

/** Name of the fact about a contract. */
export const pinFact = (account: AccountId): string => `contract.${account}`;

/**
 * Every contract of the list that a transaction calls, pays through, or lets take: what it is made of has to be read. Where a rule
 * looks at code, everyone whom it is about.
 */
export function pinnedContracts(policy: CompiledPolicy, exposure: Exposure): readonly AccountId[] {
  const touched = [
    // What is paid along with a call goes to one of these.
    ...exposure.calls.map(({ contract }) => contract),
    ...exposure.allowances.map(({ spender }) => spender),
    ...exposure.powers.map((power) => (power.kind === 'operator' ? power.operator : null)),
  ];
  const isPinned = (account: AccountId | null): account is AccountId =>
    account !== null && policy.contracts.get(account)?.some(({ pins }) => pins !== null) === true;
  if (!policy.readsCode) return [...new Set(touched.filter(isPinned))];
  const paid = exposure.outflows.map(({ counterparty }) => counterparty);
  const empowered = exposure.powers.map((power) =>
    power.kind === 'delegation' ? power.delegate : power.kind === 'control' ? power.to : null,
  );
  return [...new Set([...touched, ...paid, ...empowered].filter((account) => account !== null))];
}

/** Why a contract is not the one that was listed; undefined where it is. Null facts are a contract that could not be read. */
export function unpinned(account: AccountId, pins: ContractPins, facts: PinnedFacts | null): Reason | undefined {
  if (facts === null)
    return reason('bytecode_hash_mismatch', 'What the contract is made of could not be read.', {
      retryable: true,
      facts: { contract: account },
    });
  for (const name of ['codeHash', 'implementation', 'admin', 'owner'] as const) {
    const listed = pins[name];
    if (listed === null || listed === facts[name]) continue;
    const code = name === 'owner' || name === 'admin' ? 'owner_address_mismatch' : 'bytecode_hash_mismatch';
    const told = { contract: account, field: name, listed, found: facts[name] ?? 'none' };
    return reason(code, `The contract’s ${name} is not the one that was listed.`, { facts: told });
  }
  return undefined;
}

/** What an account is made of, as a fact of the decision; null where that could not be read. */
export function contractFacts(context: LayerContext, account: AccountId): PinnedFacts | null {
  return context.fact(pinFact(account), (state) => {
    const found = state.contract(account);
    if (found === undefined) return null;
    const { codeHash, implementation, admin, owner } = found;
    return { codeHash, implementation, admin, owner };
  }) as PinnedFacts | null;
}

/** The pins of every listed contract that the effects touch, against what the chain says of it. */
export function pinFindings(context: LayerContext, denials: Reason[]): void {
  const { policy, exposure, nowMs } = context;
  const checked = new Set<ContractEntry>();
  const check = (account: AccountId, { pins }: ContractEntry): Reason | undefined =>
    pins === null ? undefined : unpinned(account, pins, contractFacts(context, account));
  for (const call of exposure.calls) {
    const { entry } = lookUpCall(policy, call, nowMs);
    if (entry === null || call.contract === null || checked.has(entry)) continue;
    checked.add(entry);
    const found = check(call.contract, entry);
    if (found !== undefined) denials.push(found);
  }
  const takers = [
    ...exposure.allowances.filter(({ amount }) => amount !== 0n).map(({ spender }) => spender),
    // Operators that are taken away are no power.
    ...exposure.powers.flatMap((power) => (power.kind === 'operator' ? [power.operator] : [])),
  ];
  for (const account of new Set(takers)) {
    const entries = policy.contracts.get(account)?.filter(({ expiresAtMs }) => expiresAtMs === null || nowMs < expiresAtMs) ?? [];
    // Listed by itself as a spender it is trusted whatever it is made of; one entry that fits is enough.
    if (entries.length === 0 || policy.spenders.has(account)) continue;
    const found = entries.map((entry) => check(account, entry));
    const [first] = found;
    if (first !== undefined && found.every((one) => one !== undefined)) denials.push(first);
  }
}
