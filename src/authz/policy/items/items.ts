import { type AccountId, type Capability, collectionOf, type Effect, type TimeMs } from '../../../core/index.ts';
import type { Exposure, OpaqueCall, Outflow } from '../../exposure.ts';
import type { CompiledPolicy, ContractEntry } from '../compiled-policy.ts';
import type { RuleItem } from '../language/fields.ts';
import { bareSelector } from '../language/selector.ts';

/** How a call stands to the list of contracts. */
export type Listing = 'listed' | 'expired' | 'absent';

/**
 * Looks a call up: its contract, its selector, its expiry. A method that is not understood must be named by selector. A
 * contract without any entry is listed where it is a registered deployment of a protocol that is allowed by name.
 */
export function lookUpCall(
  policy: CompiledPolicy,
  call: Pick<OpaqueCall, 'contract' | 'selector' | 'decoded' | 'protocol'>,
  nowMs: TimeMs,
): { readonly listing: Listing; readonly entry: ContractEntry | null } {
  const entries = call.contract === null ? undefined : policy.contracts.get(call.contract);
  let listing: Listing = 'absent';
  for (const entry of entries ?? []) {
    const named = entry.selectors === null ? call.decoded : call.selector !== null && entry.selectors.has(bareSelector(call.selector));
    if (!named) continue;
    if (entry.expiresAtMs === null || nowMs < entry.expiresAtMs) return { listing: 'listed', entry };
    listing = 'expired';
  }
  if (entries === undefined && call.decoded && call.protocol !== null && policy.protocols.has(call.protocol)) listing = 'listed';
  return { listing, entry: null };
}

/** What a call counts as: what the owner listed it as, else what its decoder says, else an ordinary call. */
export function callCapability(policy: CompiledPolicy, call: OpaqueCall, nowMs: TimeMs): Capability {
  return lookUpCall(policy, call, nowMs).entry?.capability ?? call.capability ?? 'contracts';
}

/** What value counts as that leaves. A vote costs nothing: what goes along with one is a payment. */
function outflowCapability(policy: CompiledPolicy, { asset, call }: Outflow, nowMs: TimeMs): Capability {
  if (call === null) return collectionOf(asset) === null ? 'transfers' : 'nft';
  const capability = callCapability(policy, call, nowMs);
  return capability === 'governance' ? 'transfers' : capability;
}

/** Everything a transaction does, one item each, as rules see it. */
export function ruleItems(exposure: Exposure, policy: CompiledPolicy, nowMs: TimeMs, chain: RuleItem['chain']): readonly RuleItem[] {
  const items: RuleItem[] = [];
  for (const outflow of exposure.outflows) items.push(outflowItem(outflow, policy, nowMs, chain));
  for (const allowance of exposure.allowances) items.push(allowanceItem(allowance, policy, nowMs, chain));
  for (const call of exposure.calls) {
    const { listing } = lookUpCall(policy, call, nowMs);
    items.push({
      effect: call.decoded ? 'call' : 'unknown',
      capability: callCapability(policy, call, nowMs),
      chain,
      asset: null,
      amount: null,
      destination: null,
      contract: call.contract ?? undefined,
      selector: call.selector === null ? undefined : bareSelector(call.selector),
      call: {
        method: call.method ?? undefined,
        protocol: call.protocol ?? undefined,
        operation: call.operation ?? undefined,
        args: call.args ?? undefined,
      },
      listed: listing === 'listed',
      hazard: null,
    });
  }
  for (const power of exposure.powers) items.push(powerItem(power, policy, chain));
  return items;
}

function outflowItem(outflow: Outflow, policy: CompiledPolicy, nowMs: TimeMs, chain: RuleItem['chain']): RuleItem {
  const looked = outflow.call === null ? undefined : lookUpCall(policy, outflow.call, nowMs);
  return {
    effect: 'outflow',
    capability: outflowCapability(policy, outflow, nowMs),
    chain,
    asset: outflow.asset,
    amount: outflow.amount,
    destination: outflow.counterparty ?? undefined,
    contract: null,
    selector: null,
    listed: looked?.listing === 'listed',
    hazard: null,
  };
}

function allowanceItem(
  allowance: Extract<Effect, { kind: 'allowance' }>,
  policy: CompiledPolicy,
  nowMs: TimeMs,
  chain: RuleItem['chain'],
): RuleItem {
  const item: RuleItem = {
    effect: 'allowance',
    capability: 'approvals',
    chain,
    asset: allowance.asset,
    amount: allowance.amount,
    destination: allowance.spender,
    contract: null,
    selector: null,
    // Taking a right away is no grant.
    listed: allowance.amount === 0n || maySpend(policy, allowance.spender, nowMs),
    hazard: null,
  };
  return item;
}

function maySpend(policy: CompiledPolicy, spender: AccountId, nowMs: TimeMs): boolean {
  if (policy.spenders.has(spender)) return true;
  return policy.contracts.get(spender)?.some(({ expiresAtMs }) => expiresAtMs === null || nowMs < expiresAtMs) ?? false;
}

const POWER_CAPABILITY = {
  operator: 'approvals',
  delegation: 'approvals',
  control: 'contracts',
  deploy: 'contracts',
  hazard: 'contracts',
} as const satisfies Record<string, Capability>;

/** Whether the policy names this very code. Code that is taken away again leaves the wallet as its key alone made it. */
function isListedPower(power: Exposure['powers'][number], policy: CompiledPolicy): boolean {
  if (power.kind === 'deploy') return policy.deployments.has(power.codeDigest);
  return power.kind === 'control' && power.aspect === 'code' && (power.to === null || policy.delegates.has(power.to));
}

function powerItem(power: Exposure['powers'][number], policy: CompiledPolicy, chain: RuleItem['chain']): RuleItem {
  const to =
    power.kind === 'operator' ? power.operator : power.kind === 'delegation' ? power.delegate : power.kind === 'control' ? power.to : null;
  return {
    effect: power.kind,
    capability: POWER_CAPABILITY[power.kind],
    chain,
    asset: null,
    amount: null,
    destination: to,
    contract: null,
    selector: null,
    listed: isListedPower(power, policy),
    hazard: power.kind === 'hazard' ? power.hazard : null,
  };
}

/** What a transaction needs permission for, by its effects alone. */
export function effectCapabilities(exposure: Exposure, policy: CompiledPolicy, nowMs: TimeMs): readonly Capability[] {
  const found: Capability[] = [];
  const add = (capability: Capability): void => {
    if (!found.includes(capability)) found.push(capability);
  };
  for (const outflow of exposure.outflows) add(outflowCapability(policy, outflow, nowMs));
  if (exposure.allowances.length > 0) add('approvals');
  for (const call of exposure.calls) add(callCapability(policy, call, nowMs));
  for (const { kind } of exposure.powers) add(POWER_CAPABILITY[kind]);
  return found;
}
