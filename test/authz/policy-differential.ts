import { compilePolicy, evaluateRules, type RuleContext, type RuleItem } from '../../src/authz/index.ts';
import { withinHours } from '../../src/authz/policy/time/hours.ts';
import { zoneOffsetMs } from '../../src/authz/policy/time/time-zone.ts';
import { modelVerdict } from '../model/policy.ts';
import type { ModelWorld } from '../model/policy-fields.ts';
import { BASE, TOKENS } from './fixture.ts';
import { ASSET_NAMES, accountNamed, type Draw, randomItem, randomPermissions, randomWorld } from './policy-random.ts';

/** What the code of rules reads, from the tables of a world; hours through the code's own clock. */
function contextOf(world: ModelWorld, hours: Parameters<typeof withinHours>[0]): RuleContext {
  const localMs = (zone: string | undefined): number => world.atMs + (zone === undefined ? 0 : zoneOffsetMs(zone, world.atMs));
  return {
    ...(world as unknown as Pick<RuleContext, 'type' | 'agent' | 'wallet' | 'trust'>),
    decimals: (asset) => world.decimals[asset],
    netChange: (asset) => world.netChange[asset] ?? 0n,
    isNewDestination: (account) => !world.known.includes(account),
    isListedDestination: (account) => world.listed.includes(account),
    isScreened: (account) => world.screened.includes(account),
    isLookalike: (account) => world.lookalikes.includes(account),
    codeHash: (account) => world.code[account],
    ageMs: (account) => world.ages[account] ?? 0,
    localMs,
    withinHours: withinHours(hours, localMs),
    riskScore: world.riskScore,
    value: world.value,
    exposure: world.exposure,
    valueDecimals: world.valueDecimals,
  };
}

/** The amounts of outflows and limited allowances of an item's asset together, as items. */
function sumsOf(items: readonly RuleItem[]): readonly RuleItem[] {
  return items.map((item) => {
    if (item.asset === null || item.amount === 'unlimited') return item;
    let amount = 0n;
    for (const other of items) if (other.asset === item.asset && typeof other.amount === 'bigint') amount += other.amount;
    return amount === item.amount ? item : { ...item, amount };
  });
}

/** What was compared, so that a run shows that it compared something. */
export interface Compared {
  readonly requests: number;
  readonly denials: number;
  readonly escalations: number;
  readonly allowed: number;
}

/** Puts `requests` random requests to one random policy, in code and in the model. @throws where they differ, with both */
export function compareOnce(draw: Draw, requests: number): Compared {
  const permissions = randomPermissions(draw);
  const policy = compilePolicy(permissions, TOKENS, BASE);
  const found = { requests, denials: 0, escalations: 0, allowed: 0 };
  for (let round = 0; round < requests; round += 1) {
    const world = randomWorld(draw);
    const items = Array.from({ length: 1 + draw.below(4) }, () => randomItem(draw));
    const sums = sumsOf(items);
    const { denied, escalated, unmatched } = evaluateRules(policy.index, items, sums, contextOf(world, policy.hours));
    const code = {
      denied: denied.map(({ rule, item }) => `${rule.id} ${items.indexOf(item)}`),
      escalated: escalated.map(({ id }) => id),
      unmatched: unmatched.map((item) => items.indexOf(item)),
    };
    const model = modelVerdict(permissions, items, sums, world, { assets: ASSET_NAMES, account: accountNamed });
    const show = (value: unknown): string => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner));
    if (show(code) !== show(model)) throw new Error(`the code and the model differ: ${show({ code, model, permissions, items, world })}`);
    found.denials += code.denied.length;
    found.escalations += code.escalated.length;
    if (code.denied.length === 0 && code.unmatched.length === 0) found.allowed += 1;
  }
  return found;
}
