import { Engine, type RuleProperties } from 'json-rules-engine';
import { addressOf, LISTED, type MixRequest, type MixRule, selectorOf } from './policy-mix.ts';
import type { Verdict } from './policy-ours.ts';

type Parts = { readonly fact: string; readonly operator: string; readonly value: unknown }[];

const LIST = Array.from({ length: LISTED }, (_, index) => addressOf(index));

function ruleOf(rule: MixRule): RuleProperties {
  const { id, asset, selector, amountAbove, hours, limitAbove, to, listed } = rule;
  const isCall = id === 'called' || selector !== undefined;
  const all: Parts = [
    { fact: 'effect', operator: 'equal', value: isCall ? 'call' : 'outflow' },
    ...(listed === undefined ? [] : [{ fact: 'destination', operator: listed ? 'in' : 'notIn', value: LIST }]),
    ...(asset === undefined ? [] : [{ fact: 'asset', operator: 'equal', value: asset }]),
    ...(selector === undefined ? [] : [{ fact: 'selector', operator: 'equal', value: selectorOf(selector) }]),
    ...(amountAbove === undefined ? [] : [{ fact: 'amount', operator: 'greaterThan', value: amountAbove }]),
    ...(hours === undefined
      ? []
      : [
          { fact: 'hour', operator: 'greaterThanInclusive', value: hours[0] },
          { fact: 'hour', operator: 'lessThanInclusive', value: hours[1] },
        ]),
    ...(limitAbove === undefined ? [] : [{ fact: 'limit', operator: 'greaterThan', value: limitAbove }]),
    ...(to === undefined ? [] : [{ fact: 'to', operator: 'equal', value: addressOf(to) }]),
  ];
  return { name: id, conditions: { all }, event: { type: id, params: { action: rule.action } } };
}

export function jsonRulesEngine(rules: readonly MixRule[]): Engine {
  return new Engine(rules.map(ruleOf), { allowUndefinedFacts: true });
}

export function jsonRulesFacts(request: MixRequest): Record<string, unknown> {
  const { effect, asset, amount, destination, selector, limit, to, hour } = request;
  return effect === 'call'
    ? { effect, selector: selectorOf(selector), limit, to: addressOf(to), hour }
    : { effect, asset, amount, destination: addressOf(destination), hour };
}

export async function jsonRulesVerdict(engine: Engine, facts: Record<string, unknown>): Promise<Verdict> {
  const { events } = await engine.run(facts);
  const against = events.filter(({ params }) => params?.['action'] !== 'allow').map(({ type }) => type);
  return { against: against.sort(), allowed: events.some(({ params }) => params?.['action'] === 'allow') };
}
