import type { AccountId, Reason } from '../../core/index.ts';
import { type LayerContext, reason } from '../layer.ts';
import { effectiveTrust } from '../policy/language/trust-label.ts';
import { RuleView } from '../rule-view.ts';
import { isUntrusted } from './evidence.ts';

/**
 * What a request that untrusted content triggered would open: a recipient that was never paid and stands on no list, and any
 * allowance or power over the wallet. Each needs a person. A request that says nothing of its trigger is held to the policy's
 * rules about trust alone, unless the policy lets the agent say no better than `web`.
 */
export function untrustedOpenings(context: LayerContext): readonly Reason[] {
  const { request, exposure, policy } = context;
  const said = request.context.trust;
  // The default of the bound is the least label, and says nothing; `web` is what an owner wrote.
  const trust = policy.maxTrust === 'web' ? effectiveTrust(said, policy.maxTrust) : said;
  if (trust === undefined || !isUntrusted(trust)) return [];
  const view = new RuleView(context, undefined);
  const found: Reason[] = [];
  const opened = new Set<AccountId | null>();
  for (const { counterparty, call } of exposure.outflows) {
    // Where value goes along with a call, the policy decides about the contract.
    if (call !== null || counterparty === request.wallet || opened.has(counterparty)) continue;
    opened.add(counterparty);
    if (counterparty === null || (!view.isListedDestination(counterparty) && view.isNewDestination(counterparty)))
      found.push(opening('untrusted.recipient', 'Content that is not trusted names a recipient that was never paid.', trust, counterparty));
  }
  for (const { spender, amount } of exposure.allowances)
    if (amount !== 0n && !view.isListedDestination(spender))
      found.push(opening('untrusted.approval', 'Content that is not trusted asks for an allowance.', trust, spender));
  for (const { kind } of exposure.powers)
    if (kind !== 'hazard')
      found.push(opening('untrusted.approval', 'Content that is not trusted asks for power over the wallet.', trust, kind));
  return found;
}

function opening(rule: string, message: string, trust: string, to: string | null): Reason {
  return reason('intent_low_confidence', message, { rule, facts: { trust, to } });
}
