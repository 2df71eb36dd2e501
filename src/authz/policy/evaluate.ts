import type { CompiledPolicy, CompiledRule } from './compiled-policy.ts';
import type { RuleContext, RuleItem } from './fields.ts';
import type { Rule } from './rule.ts';

/** The rules that spoke about a transaction. */
export interface RuleFindings {
  readonly denied: readonly { readonly rule: Rule; readonly item: RuleItem }[];
  readonly escalated: readonly Rule[];
  /** Items that no rule allows. */
  readonly unmatched: readonly RuleItem[];
}

/**
 * Runs every rule over every item. `sums` are the same items with the amount that the whole transaction moves of their asset:
 * a denial or escalation that holds for either counts, an allowance must hold for both, so that splitting helps nobody.
 */
export function evaluateRules(
  policy: Pick<CompiledPolicy, 'deny' | 'escalate' | 'allow'>,
  items: readonly RuleItem[],
  sums: readonly RuleItem[],
  context: RuleContext,
): RuleFindings {
  const denied: { rule: Rule; item: RuleItem }[] = [];
  const escalated: Rule[] = [];
  const unmatched: RuleItem[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as RuleItem;
    const sum = sums[index] as RuleItem;
    for (const compiled of policy.deny) if (mayMatch(compiled, item, sum, context)) denied.push({ rule: compiled.rule, item });
    for (const compiled of policy.escalate)
      if (!escalated.includes(compiled.rule) && mayMatch(compiled, item, sum, context)) escalated.push(compiled.rule);
    if (!policy.allow.some((compiled) => surelyMatches(compiled, item, sum, context))) unmatched.push(item);
  }
  return { denied, escalated, unmatched };
}

/** For rules that tighten: what cannot be told counts as a match. */
function mayMatch(compiled: CompiledRule, item: RuleItem, sum: RuleItem, context: RuleContext): boolean {
  return holdsFor(compiled, item, context, true) || (sum !== item && holdsFor(compiled, sum, context, true));
}

/** For rules that allow: what cannot be told is no match. */
function surelyMatches(compiled: CompiledRule, item: RuleItem, sum: RuleItem, context: RuleContext): boolean {
  return holdsFor(compiled, item, context, false) && (sum === item || holdsFor(compiled, sum, context, false));
}

function holdsFor({ when }: CompiledRule, item: RuleItem, context: RuleContext, ifUnknown: boolean): boolean {
  for (const predicate of when) {
    const truth = predicate(item, context);
    if (truth === false || (truth === 'unknown' && !ifUnknown)) return false;
  }
  return true;
}
