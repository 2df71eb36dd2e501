import type { Reason } from '../core/index.ts';
import type { Valuation } from './judge-memo.ts';
import { type LayerContext, reason } from './layer.ts';
import { type CompiledPolicy, evaluateRules, lookUpCall, type RuleContext, type RuleItem, ruleItems } from './policy/index.ts';
import { messageItems } from './policy/items/message-item.ts';
import { RuleView } from './rule-view.ts';

/** What the rules of a policy say of a transaction. */
export interface PolicyFindings {
  readonly denials: readonly Reason[];
  readonly escalations: readonly Reason[];
}

/** Everything that a transaction does before the rules of the context's policy, its fee included. What no rule allows is denied. */
export function ruleFindings(context: LayerContext, valuation: Valuation | undefined): PolicyFindings {
  const { policy, exposure, nowMs, request } = context;
  const { action, chain } = request;
  const denials: Reason[] = [];
  const isCancel = context.place?.isCancel === true;
  // Keeping another transaction from landing needs no permission, only a fee that the policy bears.
  const items = [...ruleItems(exposure, policy, nowMs, chain), ...messageItems(action, context.signature, chain)].filter(
    ({ effect, amount, destination }) => !(isCancel && effect === 'outflow' && amount === 0n && destination === request.wallet),
  );
  if (items.length === 0 && !isCancel) denials.push(reason('policy_no_match', 'The transaction does nothing that a rule could allow.'));
  const view = new RuleView(context, valuation);
  const sums = items.map((item) => summed(item, exposure));
  const found = evaluateRules(policy.index, items, sums, view);
  const ofFee = feeFindings(context, view);
  for (const { rule, item } of ofFee === null ? found.denied : [...found.denied, ...ofFee.denied]) {
    const code =
      (rule.code === 'contract_not_allowed' || rule.code === 'effect_unknown') && isExpired(context, policy, item)
        ? 'contract_entry_expired'
        : rule.code;
    denials.push(reason(code, rule.label, { rule: rule.id, facts: describe(item) }));
  }
  const escalated = ofFee === null ? found.escalated : [...new Set([...found.escalated, ...ofFee.escalated])];
  for (const item of found.unmatched) denials.push(reason('policy_no_match', 'No rule allows this.', { facts: describe(item) }));
  return { denials, escalations: escalated.map((rule) => reason(rule.code, rule.label, { rule: rule.id })) };
}

/** The fee before the rules that bound amounts: it leaves too, to whoever includes the transaction. Null where there are none. */
function feeFindings({ policy, exposure, request }: LayerContext, view: RuleContext): ReturnType<typeof evaluateRules> | null {
  if (policy.ofAmounts.rules.length === 0) return null;
  const nobody = { destination: null, contract: null, selector: null, listed: true, hazard: null };
  const fee: RuleItem = { effect: 'outflow', capability: 'transfers', chain: request.chain, ...exposure.fee, ...nobody };
  return evaluateRules(policy.ofAmounts, [fee], [fee], view);
}

/** The item with what the whole transaction moves of its asset. */
function summed(item: RuleItem, exposure: LayerContext['exposure']): RuleItem {
  if (item.asset === null || item.amount === 'unlimited') return item;
  const total = exposure.spendTotals.find(({ asset }) => asset === item.asset)?.amount;
  return total === undefined || total === item.amount ? item : { ...item, amount: total };
}

function isExpired({ nowMs }: LayerContext, policy: CompiledPolicy, item: RuleItem): boolean {
  return (
    typeof item.contract === 'string' &&
    lookUpCall(policy, { contract: item.contract, selector: item.selector ?? null, decoded: item.effect === 'call', protocol: null }, nowMs)
      .listing === 'expired'
  );
}

function describe({ effect, asset, amount, destination, contract, selector, hazard }: RuleItem): NonNullable<Reason['facts']> {
  return {
    effect,
    ...(asset === null ? {} : { asset }),
    ...(amount === null ? {} : { amount: amount.toString() }),
    ...(destination == null ? {} : { destination }),
    ...(contract == null ? {} : { contract }),
    ...(selector == null ? {} : { selector }),
    ...(hazard === null ? {} : { hazard }),
  };
}
