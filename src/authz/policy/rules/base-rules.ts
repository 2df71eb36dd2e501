import type { Capability, Hazard } from '../../../core/index.ts';
import { flatAmount } from '../caps/flat-amount.ts';
import { formatDecimal, parseDecimal } from '../language/decimal.ts';
import type { Names } from '../language/names.ts';
import type { Condition, Rule } from '../language/rule.ts';
import type { ParsedPermissions } from '../permissions.ts';
import { signatureRules } from './signature-rules.ts';

type Part = Omit<Rule, 'priority'>;

const is = (field: Condition['field'], value: Condition['value']): Condition => ({
  field,
  operator: Array.isArray(value) ? 'in' : 'eq',
  value,
});

/** What holds for every policy: nothing hands out power over the wallet, and calls and rights go to listed contracts alone. */
const ALWAYS: readonly Part[] = [
  {
    id: 'effects.unknown',
    when: [is('effect', 'unknown'), is('listed', false)],
    then: 'deny',
    code: 'effect_unknown',
    label: 'What cannot be decoded is denied, unless its contract and selector are listed.',
  },
  {
    id: 'effects.call',
    when: [is('effect', 'call'), is('listed', false)],
    then: 'deny',
    code: 'contract_not_allowed',
    label: 'Calls go to listed contracts and selectors alone.',
  },
  {
    id: 'effects.operator',
    when: [is('effect', 'operator')],
    then: 'deny',
    code: 'operator_not_allowed',
    label: 'No operator is granted.',
  },
  {
    id: 'effects.control',
    when: [is('effect', 'control'), is('listed', false)],
    then: 'deny',
    code: 'control_not_allowed',
    label: 'No owner, signer or module changes, and no code that is not listed.',
  },
  {
    id: 'effects.delegation',
    when: [is('effect', 'delegation')],
    then: 'deny',
    code: 'delegation_not_allowed',
    label: 'Nothing is delegated.',
  },
  {
    id: 'effects.deploy',
    when: [is('effect', 'deploy'), is('listed', false)],
    then: 'deny',
    code: 'deploy_not_allowed',
    label: 'Nothing is deployed that is not listed.',
  },
  {
    id: 'allowance.spender',
    when: [is('effect', 'allowance'), is('listed', false)],
    then: 'deny',
    code: 'allowance_not_allowed',
    label: 'Allowances go to listed spenders alone.',
  },
];

/** Everything in permissions that is no custom rule, as rules. */
export function baseRules(permissions: ParsedPermissions, names: Names): readonly Rule[] {
  const parts: Part[] = [...ALWAYS];
  const { capabilities, allowedTokens, allowedDestinations, requireApprovalAbove } = permissions;
  const allowedHazards: readonly Hazard[] = permissions.allowedHazards ?? [];
  for (const [name, entry] of Object.entries(capabilities ?? {})) {
    if (entry === undefined) continue;
    const when = [is('capability', name as Capability)];
    const id = `capability.${name}`;
    if (!entry.enabled) parts.push({ id, when, then: 'deny', code: 'capability_disabled', label: `${name} is disabled.` });
    else if (entry.readOnly === true) parts.push({ id, when, then: 'deny', code: 'capability_read_only', label: `${name} is read-only.` });
    else parts.push({ id, when, then: 'allow', code: 'policy_no_match', label: `${name} is enabled.` });
  }
  parts.push({
    id: 'effects.hazard',
    when: [is('effect', 'hazard'), { field: 'hazard', operator: 'not_in', value: allowedHazards }],
    then: 'deny',
    code: 'hazard_not_allowed',
    label: 'No known way to lose money, unless it is allowed by name.',
  });
  if (allowedHazards.length > 0) {
    const when = [is('effect', 'hazard'), is('hazard', allowedHazards)];
    parts.push({ id: 'allowedHazards', when, then: 'allow', code: 'policy_no_match', label: 'Hazards allowed by name.' });
  }
  if (capabilities?.approvals?.unlimited !== true) {
    parts.push({
      id: 'allowance.unlimited',
      when: [is('unlimited', true)],
      then: 'deny',
      code: 'allowance_not_allowed',
      label: 'No allowance is unlimited.',
    });
  }
  for (const field of ['allowedChains', 'chains'] as const) {
    const listed = permissions[field];
    if (listed === undefined) continue;
    const value = listed.flatMap((text, index) => names.chain(text, `${field}[${index}]`) ?? []);
    parts.push({
      id: field,
      when: [{ field: 'chain', operator: 'not_in', value }],
      then: 'deny',
      code: 'chain_not_allowed',
      label: 'Only listed chains.',
    });
  }
  if (allowedTokens !== undefined) {
    const value = allowedTokens.flatMap((text, index) => names.assets(text, `allowedTokens[${index}]`));
    parts.push({
      id: 'tokens',
      when: [{ field: 'asset', operator: 'not_in', value }],
      then: 'deny',
      code: 'token_not_allowed',
      label: 'Only listed tokens.',
    });
  }
  if (allowedDestinations !== undefined || capabilities?.transfers?.whitelistOnly === true) {
    const value = (allowedDestinations ?? []).flatMap((text, index) => names.account(text, `allowedDestinations[${index}]`));
    parts.push({
      id: 'destinations',
      when: [is('effect', 'outflow'), is('listed', false), { field: 'destination', operator: 'not_in', value }],
      then: 'deny',
      code: 'destination_not_allowed',
      label: 'Money goes to listed destinations and contracts alone.',
    });
  }
  if (permissions.timeRestrictions !== undefined) {
    parts.push({
      id: 'time',
      when: [is('withinHours', false)],
      then: 'deny',
      code: 'time_not_allowed',
      label: 'Outside the permitted hours.',
    });
  }
  if (requireApprovalAbove !== undefined) {
    parts.push({
      id: 'requireApprovalAbove',
      when: [{ field: 'value', operator: 'gt', value: exact(requireApprovalAbove) }],
      then: 'escalate',
      code: 'approval_required',
      label: 'Above this value a person decides.',
    });
  }
  const above = (id: string, token: string, amount: string): Pick<Part, 'id' | 'when'> => ({
    id,
    when: [is('asset', names.assets(token, id)), { field: 'amount', operator: 'gt', value: amount }],
  });
  const byPerson = { then: 'escalate', code: 'approval_required', label: 'Above this amount a person decides.' } as const;
  for (const [token, { requireApprovalAbove: amount }] of Object.entries(permissions.limits?.assets ?? {})) {
    if (amount !== undefined) parts.push({ ...above(`limits.assets.${token}.requireApprovalAbove`, token, exact(amount)), ...byPerson });
  }
  const { humanApprovalThreshold, maxSpendPerTx } = permissions;
  if (humanApprovalThreshold !== undefined) {
    const amount = flatAmount(humanApprovalThreshold, 'humanApprovalThreshold', names);
    parts.push({ ...above('humanApprovalThreshold', humanApprovalThreshold.token, amount), ...byPerson });
  }
  if (maxSpendPerTx !== undefined) {
    const cap = { then: 'deny', code: 'spend_exceeds_cap', label: 'Above the spend cap of one transaction.' } as const;
    parts.push({ ...above('maxSpendPerTx', maxSpendPerTx.token, flatAmount(maxSpendPerTx, 'maxSpendPerTx', names)), ...cap });
  }
  if (permissions.requireApproval === true) {
    parts.push({
      id: 'requireApproval',
      when: [],
      then: 'escalate',
      code: 'approval_required',
      label: 'A person decides about every action.',
    });
  }
  parts.push(...signatureRules(permissions));
  return parts.map((part) => ({ ...part, priority: 0 }));
}

function exact(value: number | string): string {
  const decimal = parseDecimal(value);
  return decimal === undefined ? '0' : formatDecimal(decimal);
}
