import type { RuleContext, RuleItem } from './fields.ts';
import type { Rule } from './rule.ts';
import type { IndexedRule, RuleIndex } from './rule-index.ts';
import type { Predicate } from './truth.ts';

/** The rules that spoke about a transaction. */
export interface RuleFindings {
  readonly denied: readonly { readonly rule: Rule; readonly item: RuleItem }[];
  readonly escalated: readonly Rule[];
  /** Items that no rule allows. */
  readonly unmatched: readonly RuleItem[];
}

const NONE: readonly IndexedRule[] = Object.freeze([]);

/** One item before the rules: which speak against it, and whether one allows it. */
class ItemFindings {
  readonly #item: RuleItem;
  readonly #sum: RuleItem;
  readonly #context: RuleContext;
  /** Rules that deny or escalate. */
  #against: IndexedRule[] | undefined;
  isAllowed = false;

  constructor(item: RuleItem, sum: RuleItem, context: RuleContext) {
    this.#item = item;
    this.#sum = sum;
    this.#context = context;
  }

  /** Looks at rules; `isFound` where the value that they were found by need not be compared again. */
  look(rules: readonly IndexedRule[], isFound: boolean): void {
    for (const rule of rules) {
      if (rule.isAllow && this.isAllowed) continue;
      if (!this.#matches(isFound ? rule.rest : rule.compiled.when, rule.isAllow)) continue;
      if (rule.isAllow) this.isAllowed = true;
      else if (this.#against === undefined) this.#against = [rule];
      else this.#against.push(rule);
    }
  }

  /** The rules that speak against it, in their order. */
  get against(): readonly IndexedRule[] {
    if (this.#against === undefined || this.#against.length < 2) return this.#against ?? NONE;
    return this.#against.sort((left, right) => left.position - right.position);
  }

  /** A denial or escalation that may hold for either counts, an allowance must hold for both for certain. */
  #matches(when: readonly Predicate[], isAllow: boolean): boolean {
    const ofItem = holds(when, this.#item, this.#context, !isAllow);
    if (this.#sum === this.#item || ofItem !== isAllow) return ofItem;
    return holds(when, this.#sum, this.#context, !isAllow);
  }
}

function holds(when: readonly Predicate[], item: RuleItem, context: RuleContext, ifUnknown: boolean): boolean {
  for (const predicate of when) {
    const truth = predicate(item, context);
    if (truth === false || (truth === 'unknown' && !ifUnknown)) return false;
  }
  return true;
}

/**
 * Puts every item to the rules. `sums` are the same items with the amount that the whole transaction moves of their asset:
 * a denial or escalation that holds for either counts, an allowance must hold for both, so that splitting helps nobody.
 */
export function evaluateRules(
  { always, fields }: RuleIndex,
  items: readonly RuleItem[],
  sums: readonly RuleItem[],
  context: RuleContext,
): RuleFindings {
  const denied: { rule: Rule; item: RuleItem }[] = [];
  const escalated: Rule[] = [];
  const unmatched: RuleItem[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as RuleItem;
    const findings = new ItemFindings(item, sums[index] as RuleItem, context);
    findings.look(always, true);
    for (const { read, byValue, every } of fields) {
      const value = read(item, context);
      // What does not apply is none of the values; what cannot be told may be any.
      if (value === undefined) findings.look(every, false);
      else if (value !== null) {
        const found = byValue.get(value);
        if (found !== undefined) findings.look(found, true);
      }
    }
    for (const { compiled } of findings.against) {
      const { rule } = compiled;
      if (rule.then === 'deny') denied.push({ rule, item });
      else if (!escalated.includes(rule)) escalated.push(rule);
    }
    if (!findings.isAllowed) unmatched.push(item);
  }
  return { denied, escalated, unmatched };
}
