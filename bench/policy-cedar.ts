import { type EntityJson, preparsePolicySet, type StatefulAuthorizationCall, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { addressOf, LISTED, type MixRequest, type MixRule, selectorOf } from './policy-mix.ts';
import type { Verdict } from './policy-ours.ts';

const string = (text: string): string => JSON.stringify(text);

/** One rule as a Cedar policy; an escalation is a `forbid` here, because Cedar knows no third answer. */
function policyText(rule: MixRule): string {
  const { action, asset, selector, amountAbove, hours, limitAbove, to, listed } = rule;
  const isCall = rule.id === 'called' || selector !== undefined;
  const conditions = [
    ...(listed === undefined ? [] : [listed ? 'resource in List::"allowed"' : '!(resource in List::"allowed")']),
    ...(asset === undefined ? [] : [`context.asset == ${asset}`]),
    ...(selector === undefined ? [] : [`context.selector == ${string(selectorOf(selector))}`]),
    ...(amountAbove === undefined ? [] : [`context.amount > ${amountAbove}`]),
    ...(hours === undefined ? [] : [`context.hour >= ${hours[0]} && context.hour <= ${hours[1]}`]),
    ...(limitAbove === undefined ? [] : [`context.limit > ${limitAbove}`]),
    ...(to === undefined ? [] : [`context.to == ${string(addressOf(to))}`]),
  ];
  const when = conditions.length === 0 ? '' : ` when { ${conditions.join(' && ')} }`;
  return `${action === 'allow' ? 'permit' : 'forbid'}(principal, action == Action::"${isCall ? 'call' : 'outflow'}", resource)${when};`;
}

/** Parses the mix once, as Cedar's own users would; `name` is what the calls name it by. */
export function prepareCedar(name: string, rules: readonly MixRule[]): void {
  const answer = preparsePolicySet(name, { staticPolicies: Object.fromEntries(rules.map((rule) => [rule.id, policyText(rule)])) });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
}

/** A request with the slice of the entities that it needs: its own destination, and the list that it is on. */
export function cedarCall(name: string, request: MixRequest): StatefulAuthorizationCall {
  const isCall = request.effect === 'call';
  const id = addressOf(isCall ? 0 : request.destination);
  const parents = !isCall && request.destination < LISTED ? [{ type: 'List', id: 'allowed' }] : [];
  const entity: EntityJson = { uid: { type: 'Account', id }, attrs: {}, parents };
  return {
    principal: { type: 'Agent', id: 'a1' },
    action: { type: 'Action', id: request.effect },
    resource: { type: 'Account', id },
    context: isCall
      ? { selector: selectorOf(request.selector), limit: request.limit, to: addressOf(request.to), hour: request.hour }
      : { asset: request.asset, amount: request.amount, hour: request.hour },
    preparsedPolicySetId: name,
    validateRequest: false,
    entities: [entity],
  };
}

export function cedarVerdict(call: StatefulAuthorizationCall, rules: ReadonlyMap<string, MixRule>): Verdict {
  const answer = statefulIsAuthorized(call);
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  const { decision, diagnostics } = answer.response;
  if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors));
  const against = diagnostics.reason.filter((id) => rules.get(id)?.action !== 'allow').sort();
  // Where something forbids, Cedar does not say what would have permitted.
  return { against, allowed: decision === 'allow' };
}
