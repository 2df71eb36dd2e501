import { DateTime } from 'luxon';
import type { RuleItem } from '../../src/authz/index.ts';
import { compareTexts, fieldOf, type ModelWorld, matchesPattern } from './policy-fields.ts';

/** Permissions in the part that the model knows; amounts and symbols as owners write them. */
export interface ModelPermissions {
  readonly capabilities?: Readonly<
    Record<
      string,
      { readonly enabled: boolean; readonly readOnly?: boolean; readonly whitelistOnly?: boolean; readonly unlimited?: boolean }
    >
  >;
  readonly allowedTokens?: readonly string[];
  readonly allowedDestinations?: readonly string[];
  readonly allowedChains?: readonly string[];
  readonly allowedHazards?: readonly string[];
  readonly requireApproval?: boolean;
  readonly requireApprovalAbove?: string;
  readonly maxSpendPerTx?: { readonly token: string; readonly amount: string };
  readonly timeRestrictions?: readonly {
    readonly type: 'allow' | 'deny';
    readonly daysOfWeek: readonly number[];
    readonly startHour: number;
    readonly endHour: number;
    readonly timezone?: string;
  }[];
  readonly rules?: readonly ModelRule[];
}
export interface ModelRule {
  readonly id: string;
  readonly action: 'allow' | 'deny' | 'escalate';
  readonly priority: number;
  readonly conditions: readonly ModelCondition[];
}
export type ModelCondition =
  | { readonly field: string; readonly operator: string; readonly value: unknown; readonly timeZone?: string }
  | { readonly all: readonly ModelCondition[] }
  | { readonly any: readonly ModelCondition[] }
  | { readonly not: ModelCondition };

/** Yes, no, or nobody can tell. */
type Answer = 'yes' | 'no' | 'unknown';

/** What names in a policy stand for. */
export interface ModelNames {
  readonly assets: Readonly<Record<string, string>>;
  /** The account that a text names, or null. */
  account(text: string): string | null;
}

const say = (holds: boolean): Answer => (holds ? 'yes' : 'no');

/** One comparison. */
function compare(condition: Extract<ModelCondition, { field: string }>, item: RuleItem, world: ModelWorld, names: ModelNames): Answer {
  const { field, operator, value, timeZone } = condition;
  const found = fieldOf(field, item, world, timeZone);
  if (operator === 'exists')
    return found === undefined && field !== 'amount' && field !== 'netChange' ? 'unknown' : say((found !== null) === value);
  if (found === null) return 'no';
  if (found === undefined) return 'unknown';
  const values = (Array.isArray(value) ? value : [value]) as readonly (string | number | boolean)[];
  if (typeof found === 'boolean') return say((operator === 'eq') === (found === value));
  const isArgument = field.startsWith('args.');
  const isNumber =
    [
      'amount',
      'netChange',
      'value',
      'exposure',
      'riskScore',
      'destinationAgeMs',
      'hour',
      'minute',
      'weekday',
      'dayOfMonth',
      'month',
      'date',
    ].includes(field) ||
    (isArgument && operator !== 'contains' && operator !== 'matches' && values.every((one) => /^-?[0-9]+$/.test(String(one))));
  if (isNumber) {
    if (found !== 'unlimited' && !/^-?[0-9]+(\.[0-9]+)?$/.test(String(found))) return 'unknown';
    const order = (one: unknown): number =>
      found === 'unlimited' ? 1 : compareTexts(String(found), String(one).replaceAll(/(?<=\d)-/g, ''));
    const orders = values.map(order);
    const [low = 0, high = 0] = orders;
    if (operator === 'eq' || operator === 'in') return say(orders.includes(0));
    if (operator === 'ne' || operator === 'not_in') return say(!orders.includes(0));
    if (operator === 'gt') return say(low > 0);
    if (operator === 'gte') return say(low >= 0);
    if (operator === 'lt') return say(low < 0);
    if (operator === 'lte') return say(low <= 0);
    return say(low >= 0 && high <= 0);
  }
  let text = String(found);
  if (operator === 'contains') return say(text.includes(String(value)));
  if (operator === 'matches') return say(matchesPattern([...String(value)], [...text]));
  const accounts = values.map((one) => names.account(String(one)));
  const isAccount =
    field === 'wallet' || field === 'destination' || field === 'contract' || (isArgument && accounts.every((account) => account !== null));
  if (isAccount && isArgument) {
    const account = names.account(text);
    if (account === null) return 'unknown';
    text = account;
  }
  const isHex = (one: unknown): boolean => /^0x[0-9a-f]*$/i.test(String(one));
  if (isArgument && !isAccount && values.some(isHex) && !isHex(text)) return 'unknown';
  const constants = values.map((one, index) => {
    if (isAccount) return accounts[index] ?? '';
    if (field === 'asset') return names.assets[String(one)] ?? '';
    return field === 'selector' ? String(one).replace('0x', '').toLowerCase() : String(one);
  });
  return say((operator === 'eq' || operator === 'in') === constants.includes(text));
}

function answer(condition: ModelCondition, item: RuleItem, world: ModelWorld, names: ModelNames): Answer {
  if ('all' in condition) {
    const parts = condition.all.map((part) => answer(part, item, world, names));
    return parts.includes('no') ? 'no' : parts.includes('unknown') ? 'unknown' : 'yes';
  }
  if ('any' in condition) {
    const parts = condition.any.map((part) => answer(part, item, world, names));
    return parts.includes('yes') ? 'yes' : parts.includes('unknown') ? 'unknown' : 'no';
  }
  if ('not' in condition) {
    const part = answer(condition.not, item, world, names);
    return part === 'unknown' ? 'unknown' : part === 'yes' ? 'no' : 'yes';
  }
  return compare(condition, item, world, names);
}

/** The rules that hold for every policy or follow from a permission, in words of conditions. */
function ownRules(given: ModelPermissions): readonly ModelRule[] {
  const rules: ModelRule[] = [];
  const rule = (id: string, action: ModelRule['action'], ...conditions: ModelCondition[]): void =>
    void rules.push({ id, action, priority: 0, conditions });
  const is = (field: string, value: unknown): ModelCondition => ({ field, operator: 'eq', value });
  rule('effects.unknown', 'deny', is('effect', 'unknown'), is('listed', false));
  rule('effects.call', 'deny', is('effect', 'call'), is('listed', false));
  rule('effects.operator', 'deny', is('effect', 'operator'));
  rule('effects.control', 'deny', is('effect', 'control'), is('listed', false));
  rule('effects.delegation', 'deny', is('effect', 'delegation'));
  rule('effects.deploy', 'deny', is('effect', 'deploy'), is('listed', false));
  rule('allowance.spender', 'deny', is('effect', 'allowance'), is('listed', false));
  for (const [name, { enabled, readOnly }] of Object.entries(given.capabilities ?? {}))
    rule(`capability.${name}`, enabled && readOnly !== true ? 'allow' : 'deny', is('capability', name));
  const hazards = given.allowedHazards ?? [];
  rule('effects.hazard', 'deny', is('effect', 'hazard'), { not: { field: 'hazard', operator: 'in', value: hazards } });
  if (hazards.length > 0) rule('allowedHazards', 'allow', is('effect', 'hazard'), { field: 'hazard', operator: 'in', value: hazards });
  if (given.capabilities?.['approvals']?.unlimited !== true) rule('allowance.unlimited', 'deny', is('unlimited', true));
  if (given.allowedChains !== undefined) rule('allowedChains', 'deny', { field: 'chain', operator: 'not_in', value: given.allowedChains });
  if (given.allowedTokens !== undefined) rule('tokens', 'deny', { field: 'asset', operator: 'not_in', value: given.allowedTokens });
  if (given.allowedDestinations !== undefined || given.capabilities?.['transfers']?.whitelistOnly === true)
    rule('destinations', 'deny', is('effect', 'outflow'), is('listed', false), {
      field: 'destination',
      operator: 'not_in',
      value: given.allowedDestinations ?? [],
    });
  if (given.timeRestrictions !== undefined) rule('time', 'deny', { field: 'withinHours', operator: 'eq', value: false });
  if (given.requireApprovalAbove !== undefined)
    rule('requireApprovalAbove', 'escalate', { field: 'value', operator: 'gt', value: given.requireApprovalAbove });
  if (given.maxSpendPerTx !== undefined)
    rule('maxSpendPerTx', 'deny', is('asset', given.maxSpendPerTx.token), {
      field: 'amount',
      operator: 'gt',
      value: given.maxSpendPerTx.amount,
    });
  if (given.requireApproval === true) rule('requireApproval', 'escalate');
  return rules;
}

/** Whether the clocks of each window's zone permit acting. */
function isWithinHours(given: ModelPermissions, atMs: number): boolean {
  const windows = given.timeRestrictions ?? [];
  const hit = windows.map(({ daysOfWeek, startHour, endHour, timezone }) => {
    const at = DateTime.fromMillis(atMs, { zone: timezone ?? 'UTC' });
    return daysOfWeek.includes(at.weekday % 7) && at.hour >= startHour && at.hour < endHour;
  });
  if (windows.some(({ type }, index) => type === 'deny' && hit[index])) return false;
  return windows.every(({ type }) => type === 'deny') || windows.some(({ type }, index) => type === 'allow' && hit[index]);
}

/** What every rule says of every item, one after the other. Rules by what they are called, items by their number. */
export function modelVerdict(
  given: ModelPermissions,
  items: readonly RuleItem[],
  sums: readonly RuleItem[],
  world: ModelWorld,
  names: ModelNames,
) {
  const rules = [...ownRules(given), ...(given.rules ?? [])].sort((a, b) => b.priority - a.priority);
  const timed = { ...world, within: isWithinHours(given, world.atMs) };
  const holds = (rule: ModelRule, item: RuleItem): Answer => answer({ all: rule.conditions }, item, timed, names);
  const denied: string[] = [];
  const escalated: string[] = [];
  const unmatched: number[] = [];
  for (const [index, item] of items.entries()) {
    const both = (rule: ModelRule): readonly Answer[] => [holds(rule, item), holds(rule, sums[index] as RuleItem)];
    for (const rule of rules) {
      if (rule.action === 'deny' && both(rule).some((one) => one !== 'no')) denied.push(`${rule.id} ${index}`);
      if (rule.action === 'escalate' && both(rule).some((one) => one !== 'no') && !escalated.includes(rule.id)) escalated.push(rule.id);
    }
    if (!rules.some((rule) => rule.action === 'allow' && both(rule).every((one) => one === 'yes'))) unmatched.push(index);
  }
  return { denied, escalated, unmatched };
}
