import { type Enforcer, newEnforcer, newModel } from 'casbin';
import { addressOf, LISTED, type MixRequest, type MixRule, selectorOf } from './policy-mix.ts';

const MODEL = `
[request_definition]
r = ctx
[policy_definition]
p = id, sub_rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = eval(p.sub_rule)
`;

const LIST: ReadonlySet<string> = new Set(Array.from({ length: LISTED }, (_, index) => addressOf(index)));

function expression(rule: MixRule): string {
  const { id, asset, selector, amountAbove, hours, limitAbove, to, listed } = rule;
  const isCall = id === 'called' || selector !== undefined;
  return [
    `r.ctx.effect == '${isCall ? 'call' : 'outflow'}'`,
    ...(listed === undefined ? [] : [`r.ctx.listed == ${listed}`]),
    ...(asset === undefined ? [] : [`r.ctx.asset == ${asset}`]),
    ...(selector === undefined ? [] : [`r.ctx.selector == '${selectorOf(selector)}'`]),
    ...(amountAbove === undefined ? [] : [`r.ctx.amount > ${amountAbove}`]),
    ...(hours === undefined ? [] : [`r.ctx.hour >= ${hours[0]} && r.ctx.hour <= ${hours[1]}`]),
    ...(limitAbove === undefined ? [] : [`r.ctx.limit > ${limitAbove}`]),
    ...(to === undefined ? [] : [`r.ctx.to == '${addressOf(to)}'`]),
  ].join(' && ');
}

/** Escalations deny here: casbin knows two answers. */
export async function casbinEnforcer(rules: readonly MixRule[]): Promise<Enforcer> {
  const enforcer = await newEnforcer(newModel(MODEL));
  await enforcer.addPolicies(rules.map((rule) => [rule.id, expression(rule), rule.action === 'allow' ? 'allow' : 'deny']));
  return enforcer;
}

/** The list is a set beside the rules: its language has no other way to a thousand addresses. */
export function casbinContext(request: MixRequest): object {
  const { effect, asset, amount, destination, selector, limit, to, hour } = request;
  return effect === 'call'
    ? { effect, selector: selectorOf(selector), limit, to: addressOf(to), hour }
    : { effect, asset, amount, listed: LIST.has(addressOf(destination)), hour };
}

/** The verdict, and the one rule that casbin names for it. */
export async function casbinVerdict(
  enforcer: Enforcer,
  context: object,
): Promise<{ readonly allowed: boolean; readonly named: string | undefined }> {
  const [allowed, explained] = await enforcer.enforceEx(context);
  return { allowed, named: explained[0] };
}
