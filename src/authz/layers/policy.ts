import type { LayerOutcome, Reason } from '../../core/index.ts';
import { parseProfile } from '../../risk/index.ts';
import type { Valuation } from '../judge-memo.ts';
import { type Layer, type LayerContext, reason } from '../layer.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import { withValuation } from '../limits/valuation.ts';
import { typeCovers } from '../policy/declared-type.ts';
import { withinHours } from '../policy/hours.ts';
import { type CompiledPolicy, evaluateRules, lookUpCall, type RuleContext, type RuleItem, ruleItems } from '../policy/index.ts';
import { effectCapabilities } from '../policy/items.ts';
import { messageItems } from '../policy/message-item.ts';
import { narrowingFindings } from '../policy/narrowing.ts';
import { pinFindings } from '../policy/pins.ts';
import { returnFindings } from '../policy/returns.ts';

/** Reasons told; one denies, and a batch can hold hundreds. */
const MAX_TOLD = 16;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The Unix epoch was a Thursday. */
const EPOCH_WEEKDAY = 4;

/**
 * Layer 4: the decoded effects against the compiled rules. Deny over escalate over allow; what no rule allows is denied, and
 * a transaction without any effect that a rule could allow is denied too.
 */
export const policyLayer: Layer = Object.freeze({
  name: 'policy',
  judge: (context) =>
    context.policy.readsValue ? withValuation(context, (valuation) => judgePolicy(context, valuation)) : judgePolicy(context, undefined),
} satisfies Layer);

function judgePolicy(context: LayerContext, valuation: Valuation | undefined): LayerOutcome {
  const { policy, exposure, nowMs, request } = context;
  const denials: Reason[] = [];
  const escalations: Reason[] = [];
  const unenforced: string[] = [];
  checkTerms(context, denials);
  checkCapabilities(context, denials, unenforced);
  const { action, chain } = request;
  const isCancel = context.place?.isCancel === true;
  // Keeping another transaction from landing needs no permission, only a fee that the policy bears.
  const items = [...ruleItems(exposure, policy, nowMs, chain), ...messageItems(action, context.signature, chain)].filter(
    ({ effect, amount, destination }) => !(isCancel && effect === 'outflow' && amount === 0n && destination === request.wallet),
  );
  if (items.length === 0 && !isCancel) denials.push(reason('policy_no_match', 'The transaction does nothing that a rule could allow.'));
  const view = ruleContext(context, valuation);
  const sums = items.map((item) => summed(item, exposure));
  const found = evaluateRules(policy, items, sums, view);
  const ofFee = feeFindings(context, view);
  for (const { rule, item } of ofFee === null ? found.denied : [...found.denied, ...ofFee.denied]) {
    const code =
      (rule.code === 'contract_not_allowed' || rule.code === 'effect_unknown') && isExpired(context, policy, item)
        ? 'contract_entry_expired'
        : rule.code;
    denials.push(reason(code, rule.label, { rule: rule.id, facts: describe(item) }));
  }
  for (const rule of ofFee === null ? found.escalated : new Set([...found.escalated, ...ofFee.escalated]))
    escalations.push(reason(rule.code, rule.label, { rule: rule.id }));
  for (const item of found.unmatched) denials.push(reason('policy_no_match', 'No rule allows this.', { facts: describe(item) }));
  pinFindings(context, denials);
  returnFindings(context, denials);
  narrowingFindings(context, denials, escalations);
  const told = (reasons: Reason[]): Reason[] => (reasons.length > MAX_TOLD ? reasons.slice(0, MAX_TOLD) : reasons);
  const verdict = denials.length > 0 ? 'deny' : escalations.length > 0 ? 'escalate' : 'pass';
  return { verdict, reasons: denials.length > 0 ? told(denials) : told(escalations), ...(unenforced.length === 0 ? {} : { unenforced }) };
}

/** Chain, wallet and fee: terms of the transaction itself. */
function checkTerms({ request, tx, exposure, policy }: LayerContext, denials: Reason[]): void {
  if (tx.chain !== request.chain)
    denials.push(
      reason('chain_id_mismatch', 'The transaction is for another chain than the request.', {
        facts: { request: request.chain, transaction: tx.chain },
      }),
    );
  if (tx.wallet !== request.wallet)
    denials.push(reason('agent_not_wallet_owner', 'The transaction is another wallet’s.', { facts: { wallet: tx.wallet } }));
  const { asset, amount } = exposure.fee;
  for (const [rule, most] of [
    ['request.maxFee', request.feeCeiling],
    ['maxFee', policy.maxFee],
  ] as const) {
    if (most === null || amount <= most) continue;
    denials.push(
      reason('fee_exceeds_ceiling', 'The fee may be higher than its ceiling.', {
        rule,
        limit: most.toString(),
        requested: amount.toString(),
        unit: asset,
        retryable: true,
      }),
    );
  }
}

function checkCapabilities(context: LayerContext, denials: Reason[], unenforced: string[]): void {
  const { exposure, policy, nowMs, request, settings } = context;
  for (const capability of effectCapabilities(exposure, policy, nowMs)) {
    if (!typeCovers(request.type, capability)) {
      denials.push(
        reason('capability_mismatch', 'The effects are of another kind than the declared type.', {
          facts: { type: request.type, capability },
        }),
      );
    }
    for (const bound of policy.unverifiable) {
      if (bound.capability !== capability) continue;
      if (settings.allowUnenforced) unenforced.push(bound.bound);
      else
        denials.push(reason(bound.code, 'The policy bounds this capability in a way that the effects do not show.', { rule: bound.bound }));
    }
  }
}

function ruleContext(context: LayerContext, valuation: Valuation | undefined): RuleContext {
  const { policy, nowMs, settings, output, request } = context;
  const hour = Math.floor(nowMs / HOUR_MS) % 24;
  const weekday = (Math.floor(nowMs / DAY_MS) + EPOCH_WEEKDAY) % 7;
  return {
    decimals: (asset) => policy.tokens.get(asset)?.decimals,
    isNewDestination: (account) =>
      context.fact(`destination.new.${account}`, (state) => {
        const profile = parseProfile(state.doc(accountsOf(policy, request.agentId).profileKey));
        return profile === undefined || !profile.known.accounts.includes(account);
      }),
    hour,
    weekday,
    withinHours: withinHours(policy.hours, hour, weekday),
    riskScore: settings.riskEnabled ? output.riskScore : undefined,
    value: valuation === undefined ? undefined : atStake(valuation, context.exposure.fee),
    valueDecimals: policy.unit.decimals,
  };
}

/** The fee before the rules that bound amounts: it leaves too, to whoever includes the transaction. Null where there are none. */
function feeFindings({ policy, exposure, request }: LayerContext, view: RuleContext): ReturnType<typeof evaluateRules> | null {
  const { deny, escalate } = policy.ofAmounts;
  if (deny.length === 0 && escalate.length === 0) return null;
  const nobody = { destination: null, contract: null, selector: null, listed: true, hazard: null };
  const fee: RuleItem = { effect: 'outflow', capability: 'transfers', chain: request.chain, ...exposure.fee, ...nobody };
  return evaluateRules(policy.ofAmounts, [fee], [fee], view);
}

/** What leaves, or the fee where that is more: a fee too pays somebody. Undefined where nobody can tell what leaves. */
function atStake({ spend, worthOf }: Valuation, fee: LayerContext['exposure']['fee']): bigint | undefined {
  const cost = worthOf(fee);
  return spend === null ? undefined : typeof cost === 'bigint' && cost > spend ? cost : spend;
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
