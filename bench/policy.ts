import { median, mulberry32, nanosecondsPer, type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { evaluateRules } from '../src/authz/index.ts';
import { casbinContext, casbinEnforcer, casbinVerdict } from './policy-casbin.ts';
import { cedarCall, cedarVerdict, prepareCedar } from './policy-cedar.ts';
import { jsonRulesEngine, jsonRulesFacts, jsonRulesVerdict } from './policy-json-rules.ts';
import { type MixRequest, type MixRule, mixRequests, mixRules } from './policy-mix.ts';
import { compileMix, ownInput, ownVerdict } from './policy-ours.ts';

/** What the same rules cost per request in four engines, ns. */
export interface PolicyCost {
  readonly rules: number;
  /** Ours over Cedar's. */
  readonly bound: RatioBound;
  readonly jsonRulesNs: number;
  readonly casbinNs: number;
  /** Requests whose determining rules were compared before anything was timed, and how many met a rule that denied or escalated. */
  readonly compared: number;
  readonly withRules: number;
}

const SEED = 6;
/** Of ours in one round: enough that what the garbage collector forgot about the code is a small part. */
const OPERATIONS = 300_000;

/** Every engine has to say the same of the same requests, and for the same rules; casbin names one of them. */
async function compare(rules: readonly MixRule[], requests: readonly MixRequest[], name: string): Promise<number> {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const policy = compileMix(rules);
  const engine = jsonRulesEngine(rules);
  const enforcer = await casbinEnforcer(rules);
  let withRules = 0;
  for (const request of requests) {
    const own = ownVerdict(policy, ownInput(policy, request));
    const cedar = cedarVerdict(cedarCall(name, request), byId);
    const json = await jsonRulesVerdict(engine, jsonRulesFacts(request));
    const casbin = await casbinVerdict(enforcer, casbinContext(request));
    const isPassed = own.against.length === 0 && own.allowed;
    const same =
      JSON.stringify(own.against) === JSON.stringify(cedar.against) &&
      JSON.stringify(own) === JSON.stringify(json) &&
      isPassed === cedar.allowed &&
      isPassed === casbin.allowed &&
      (own.against.length === 0 || (casbin.named !== undefined && own.against.includes(casbin.named)));
    if (!same) throw new Error(`the engines differ on ${JSON.stringify(request)}: ${JSON.stringify({ own, cedar, json, casbin })}`);
    if (own.against.length > 0) withRules += 1;
  }
  return withRules;
}

/** Checks that four engines find the same rules, then times them; inputs are made before, each engine's in its own form. */
export async function measurePolicy(count: number, options: { readonly rounds: number; readonly requests: number }): Promise<PolicyCost> {
  const rules = mixRules(count);
  const requests = mixRequests(options.requests, count, mulberry32(SEED));
  const name = `mix-${count}`;
  prepareCedar(name, rules);
  const slow = requests.slice(0, count > 100 ? 24 : 128);
  const compared = requests.slice(0, count > 100 ? 96 : requests.length);
  const withRules = await compare(rules, compared, name);
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const policy = compileMix(rules);
  const inputs = requests.map((request) => ownInput(policy, request));
  const calls = slow.map((request) => cedarCall(name, request));
  const passes = Math.max(1, Math.ceil(OPERATIONS / inputs.length));
  const ours = (): Promise<number> =>
    nanosecondsPer(passes * inputs.length, (turn) => {
      const { items, context } = inputs[turn % inputs.length] as (typeof inputs)[number];
      evaluateRules(policy.index, items, items, context);
    });
  for (let warm = 0; warm < 5; warm += 1) await ours();
  const bound = await ratioBound(
    ours,
    () => nanosecondsPer(calls.length, (turn) => void cedarVerdict(calls[turn] as (typeof calls)[number], byId)),
    {
      rounds: options.rounds,
    },
  );
  const engine = jsonRulesEngine(rules);
  const facts = slow.map(jsonRulesFacts);
  const enforcer = await casbinEnforcer(rules);
  const contexts = slow.map(casbinContext);
  const three = async (run: () => Promise<number>): Promise<number> => median([await run(), await run(), await run()]);
  return {
    rules: count,
    bound,
    jsonRulesNs: await three(() =>
      nanosecondsPer(facts.length, (turn) => jsonRulesVerdict(engine, facts[turn] as Record<string, unknown>)),
    ),
    casbinNs: await three(() => nanosecondsPer(contexts.length, (turn) => casbinVerdict(enforcer, contexts[turn] as object))),
    compared: compared.length,
    withRules,
  };
}

if (import.meta.filename === process.argv[1]) {
  const quick = process.argv.includes('--quick');
  for (const count of [20, 1_000]) {
    const cost = await measurePolicy(count, { rounds: quick ? 11 : 21, requests: quick ? 256 : 1_024 });
    const { bound } = cost;
    const us = (ns: number): string => `${(ns / 1e3).toFixed(2)} µs`;
    process.stdout.write(
      `${count} rules: castellan ${us(bound.a)}, cedar ${us(bound.b)} (1/${(1 / bound.ratio).toFixed(0)}, 95 %: at most 1/${(1 / bound.upper).toFixed(0)}), json-rules-engine ${us(cost.jsonRulesNs)}, casbin ${us(cost.casbinNs)}; equal rules on ${cost.compared} requests, ${cost.withRules} with a rule against\n`,
    );
  }
}
