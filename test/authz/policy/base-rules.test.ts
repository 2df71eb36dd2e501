import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { isCastellanError } from '../../../src/core/index.ts';
import { BASE, BOB, CHAIN, ETH, TOKENS, USDC } from '../fixture.ts';

const rulesOf = (permissions: object) => compilePolicy(permissions, TOKENS, BASE).rules;
const rule = (permissions: object, id: string) => rulesOf(permissions).find((one) => one.id === id);
const problemsOf = (permissions: object): unknown => {
  try {
    rulesOf(permissions);
    return [];
  } catch (error) {
    return isCastellanError(error) ? error.details['problems'] : error;
  }
};
const eq = (field: string, value: unknown) => ({ field, operator: Array.isArray(value) ? 'in' : 'eq', value });
const unlisted = (effect: string) => [eq('effect', effect), eq('listed', false)];

describe('what holds for every policy', () => {
  it('is told rule by rule', () => {
    const all = rulesOf({}).map(({ id, when, then, code, label, priority }) => ({ id, when, then, code, label, priority }));
    const deny = (id: string, when: readonly object[], code: string, label: string) => ({
      id,
      when,
      then: 'deny',
      code,
      label,
      priority: 0,
    });
    expect(all).toEqual([
      deny(
        'effects.unknown',
        unlisted('unknown'),
        'effect_unknown',
        'What cannot be decoded is denied, unless its contract and selector are listed.',
      ),
      deny('effects.call', unlisted('call'), 'contract_not_allowed', 'Calls go to listed contracts and selectors alone.'),
      deny('effects.operator', [eq('effect', 'operator')], 'operator_not_allowed', 'No operator is granted.'),
      deny(
        'effects.control',
        unlisted('control'),
        'control_not_allowed',
        'No owner, signer or module changes, and no code that is not listed.',
      ),
      deny('effects.delegation', [eq('effect', 'delegation')], 'delegation_not_allowed', 'Nothing is delegated.'),
      deny('effects.deploy', unlisted('deploy'), 'deploy_not_allowed', 'Nothing is deployed that is not listed.'),
      deny('allowance.spender', unlisted('allowance'), 'allowance_not_allowed', 'Allowances go to listed spenders alone.'),
      deny(
        'effects.hazard',
        [eq('effect', 'hazard'), { field: 'hazard', operator: 'not_in', value: [] }],
        'hazard_not_allowed',
        'No known way to lose money, unless it is allowed by name.',
      ),
      deny('allowance.unlimited', [eq('unlimited', true)], 'allowance_not_allowed', 'No allowance is unlimited.'),
      deny(
        'signatures.messages',
        [eq('effect', 'message'), { field: 'site', operator: 'exists', value: false }],
        'message_not_allowed',
        'No text is signed that is no login.',
      ),
      deny(
        'signatures.siweDomains',
        [eq('effect', 'message'), { field: 'site', operator: 'not_in', value: [] }],
        'message_not_allowed',
        'Logins are signed for listed sites alone.',
      ),
    ]);
  });
});

describe('a permission as a rule', () => {
  const told = (permissions: object, id: string) => {
    const found = rule(permissions, id);
    return found && [found.when, found.then, found.code, found.label];
  };

  it('of a capability allows it, or denies it because it is disabled or read-only', () => {
    const of = (entry: object) => told({ capabilities: { staking: entry } }, 'capability.staking');
    const when = [eq('capability', 'staking')];
    expect(of({ enabled: true })).toEqual([when, 'allow', 'policy_no_match', 'staking is enabled.']);
    expect(of({ enabled: true, readOnly: false })).toEqual([when, 'allow', 'policy_no_match', 'staking is enabled.']);
    expect(of({ enabled: true, readOnly: true })).toEqual([when, 'deny', 'capability_read_only', 'staking is read-only.']);
    expect(of({ enabled: false })).toEqual([when, 'deny', 'capability_disabled', 'staking is disabled.']);
    expect(rule({ capabilities: { staking: undefined } }, 'capability.staking')).toBeUndefined();
  });

  it('of hazards excepts those that are named', () => {
    const known = 'delegatecall';
    const of = { allowedHazards: [known] };
    expect(told(of, 'allowedHazards')).toEqual([
      [eq('effect', 'hazard'), eq('hazard', [known])],
      'allow',
      'policy_no_match',
      'Hazards allowed by name.',
    ]);
    expect(rule(of, 'effects.hazard')?.when).toEqual([eq('effect', 'hazard'), { field: 'hazard', operator: 'not_in', value: [known] }]);
    expect(rule({ allowedHazards: [] }, 'allowedHazards')).toBeUndefined();
  });

  it('of unlimited allowances is there unless they are allowed', () => {
    const of = (approvals: object) => rule({ capabilities: { approvals } }, 'allowance.unlimited') !== undefined;
    expect([of({ enabled: true }), of({ enabled: true, unlimited: false }), of({ enabled: true, unlimited: true })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('of lists denies what is not on them', () => {
    for (const field of ['allowedChains', 'chains'])
      expect(told({ [field]: ['eip155:1'] }, field)).toEqual([
        [{ field: 'chain', operator: 'not_in', value: [CHAIN] }],
        'deny',
        'chain_not_allowed',
        'Only listed chains.',
      ]);
    expect(told({ allowedTokens: ['USDC', 'ETH'] }, 'tokens')).toEqual([
      [{ field: 'asset', operator: 'not_in', value: [USDC, ETH] }],
      'deny',
      'token_not_allowed',
      'Only listed tokens.',
    ]);
    const destinations = (permissions: object) => told(permissions, 'destinations');
    const outside = (value: readonly string[]) => [
      [eq('effect', 'outflow'), eq('listed', false), { field: 'destination', operator: 'not_in', value }],
      'deny',
      'destination_not_allowed',
      'Money goes to listed destinations and contracts alone.',
    ];
    expect(destinations({ allowedDestinations: [BOB] })).toEqual(outside([BOB]));
    expect(destinations({ capabilities: { transfers: { enabled: true, whitelistOnly: true } } })).toEqual(outside([]));
    expect(destinations({ capabilities: { transfers: { enabled: true, whitelistOnly: false } } })).toBeUndefined();
    expect(rule({}, 'tokens')).toBeUndefined();
    expect(rule({}, 'allowedChains')).toBeUndefined();
  });

  it('of lists names what cannot be read by its place', () => {
    expect(problemsOf({ chains: ['eip155:1', 'nowhere!'] })).toEqual([
      expect.stringMatching(/^allowedChains\[1\]: /),
      expect.stringMatching(/^chains\[1\]: /),
    ]);
    expect(problemsOf({ allowedTokens: ['ETH', 'NOPE'] })).toEqual(['allowedTokens[1]: no token on the list is called NOPE']);
    expect(problemsOf({ allowedDestinations: [BOB, 'x'] })).toEqual(['allowedDestinations[1]: no account of a known chain']);
    expect(problemsOf({ capabilities: { approvals: { enabled: true, spenders: [BOB, 'x'] } } })).toEqual([
      'capabilities.approvals.spenders[1]: no account of a known chain',
    ]);
    expect(problemsOf({ allowedDelegates: [BOB, 'x'] })).toEqual(['allowedDelegates[1]: no account of a known chain']);
  });

  it('of hours is there where hours are named', () => {
    expect(told({ timeRestrictions: [] }, 'time')).toEqual([
      [eq('withinHours', false)],
      'deny',
      'time_not_allowed',
      'Outside the permitted hours.',
    ]);
    expect(rule({}, 'time')).toBeUndefined();
  });

  it('of amounts asks a person, or denies', () => {
    const gt = (field: string, value: string) => ({ field, operator: 'gt', value });
    expect(told({ requireApprovalAbove: '1.50' }, 'requireApprovalAbove')).toEqual([
      [gt('value', '1.5')],
      'escalate',
      'approval_required',
      'Above this value a person decides.',
    ]);
    const assets = { limits: { assets: { USDC: { daily: 5, requireApprovalAbove: 2 }, ETH: { daily: 5 } } } };
    expect(told(assets, 'limits.assets.USDC.requireApprovalAbove')).toEqual([
      [eq('asset', [USDC]), gt('amount', '2')],
      'escalate',
      'approval_required',
      'Above this amount a person decides.',
    ]);
    expect(rule(assets, 'limits.assets.ETH.requireApprovalAbove')).toBeUndefined();
    const amount = { token: 'ETH', amount: '2.0' };
    expect(told({ humanApprovalThreshold: amount }, 'humanApprovalThreshold')).toEqual([
      [eq('asset', [ETH]), gt('amount', '2')],
      'escalate',
      'approval_required',
      'Above this amount a person decides.',
    ]);
    expect(told({ maxSpendPerTx: amount }, 'maxSpendPerTx')).toEqual([
      [eq('asset', [ETH]), gt('amount', '2')],
      'deny',
      'spend_exceeds_cap',
      'Above the spend cap of one transaction.',
    ]);
    expect(told({ requireApproval: true }, 'requireApproval')).toEqual([
      [],
      'escalate',
      'approval_required',
      'A person decides about every action.',
    ]);
    for (const id of ['requireApproval', 'requireApprovalAbove', 'maxSpendPerTx', 'humanApprovalThreshold'])
      expect(rule({}, id)).toBeUndefined();
    expect(rule({ requireApproval: false }, 'requireApproval')).toBeUndefined();
  });
});
