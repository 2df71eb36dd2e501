import { type CompiledPolicy, compilePolicy, type Permissions } from '../../src/authz/index.ts';
import { type AssetId, accountKey, type Effect } from '../../src/core/index.ts';
import { allow, BASE, BOB, CHAIN, call, EVE, ether, fee, OPEN, ROUTER, send, TOKENS, WALLET } from '../authz/fixture.ts';
import type { ShownBy } from './effect.ts';
import { LIMIT_EFFECTS } from './limit-effects.ts';
import { QUORUM_EFFECTS } from './quorum-effects.ts';
import { TEMPORAL_EFFECTS } from './temporal-effects.ts';

/** Two policies that differ in one field: under the strict one a reason is told that the loose one does not tell. */
export interface Contrast {
  readonly effects: readonly Effect[];
  readonly strict: object;
  readonly loose: object;
  readonly code: string;
  /** The strategy that the agent declares. */
  readonly strategy?: string;
}

const at = { leaf: '0', source: 'bytes' } as const;
const capabilities = (over: object): Permissions => ({ ...OPEN, capabilities: { ...OPEN.capabilities, ...over } }) as Permissions;
const paid = [fee(), send(ether('1'))];
const called = [fee(), call()];
const lists = (entry: object): object => ({ ...OPEN, allowedContracts: [{ address: ROUTER, ...entry }] });
const onTwoChains = (entry: object): CompiledPolicy =>
  compilePolicy(lists(entry) as Permissions, [...TOKENS, { asset: 'eip155:10/slip44:60' as AssetId, symbol: 'OETH', decimals: 18 }], BASE);
const CODE = 'c0'.repeat(32);
const DEPLOY: Effect = { ...at, kind: 'deploy', account: ROUTER, codeDigest: CODE };
const NEW_CODE: Effect = { ...at, kind: 'control', account: WALLET, aspect: 'code', to: ROUTER };
const HAZARD: Effect = { ...at, kind: 'hazard', account: WALLET, hazard: 'delegatecall', detail: 'for a test' };

/** A call that counts as one capability, its contract listed. */
function ofCapability(name: string, strict: object, loose: object, code: string): Contrast {
  const listed = (over: object): object => ({
    ...capabilities({ [name]: { enabled: true, ...over } }),
    allowedContracts: [{ address: ROUTER, ...(['transfers', 'approvals'].includes(name) ? {} : { capability: name }) }],
  });
  const effects = name === 'transfers' ? paid : name === 'approvals' ? [fee(), allow(5n, ROUTER)] : called;
  return { effects, strict: listed(strict), loose: listed(loose), code };
}

const NAMES = ['trading', 'transfers', 'staking', 'nft', 'governance', 'contracts', 'approvals'];
const SWITCHES = Object.fromEntries(
  NAMES.flatMap((name) => [
    [`capabilities.${name}.enabled`, ofCapability(name, { enabled: false }, {}, 'capability_disabled')],
    [`capabilities.${name}.readOnly`, ofCapability(name, { readOnly: true }, { readOnly: false }, 'capability_read_only')],
  ]),
);

const capped = (field: 'humanApprovalThreshold' | 'maxSpendPerTx', over: object): object => ({
  ...OPEN,
  [field]: { token: 'ETH', amount: '0.5', ...over },
});
/** The judge's clock stands at 08:53 on a Thursday. */
const hours = (over: object): object => ({ ...OPEN, timeRestrictions: [over] });
const ruled = (action: string, over: object = {}): object => ({
  ...OPEN,
  rules: [{ id: 'own', conditions: [{ field: 'asset', operator: 'eq', value: 'ETH', ...over }], action }],
});
/** Holds for ETH and for no other token, however it is joined. */
const joinedBy = (join: (part: object, other: object) => object): Contrast => {
  const of = (value: string): object => ({ field: 'asset', operator: 'eq', value });
  const policy = (value: string): object => ({
    ...OPEN,
    rules: [{ id: 'own', conditions: [join(of(value), of('ETH'))], action: 'deny' }],
  });
  return { effects: paid, strict: policy('ETH'), loose: policy('USDC'), code: 'policy_rule_denied' };
};
const strategic = (effects: Contrast['effects'], strict: object, loose: object, code: string): Contrast => {
  const registered = (over: object): object => ({ ...lists({}), strategies: [{ id: 's1', ...over }] });
  return { effects, strict: registered(strict), loose: registered(loose), code, strategy: 's1' };
};
const PINS = { file: 'test/e2e/pins.test.ts', title: 'is denied where its %s is another' } as const;
const MESSAGES = {
  file: 'test/manager/signing/messages.test.ts',
  title: 'logins on listed sites pass, and others and texts do not',
} as const;

/** What each permission does, by its path. */
export const PERMISSION_EFFECTS: Readonly<Record<string, Contrast | ShownBy>> = {
  ...SWITCHES,
  ...TEMPORAL_EFFECTS,
  'capabilities.trading.maxSlippage': ofCapability('trading', { maxSlippage: 0.01 }, {}, 'slippage_not_declared'),
  'allowedContracts[].operation': {
    effects: called,
    strict: {
      ...capabilities({ staking: { enabled: true, unstake: false } }),
      allowedContracts: [{ address: ROUTER, capability: 'staking', operation: 'unstake' }],
    },
    loose: {
      ...capabilities({ staking: { enabled: true, unstake: false } }),
      allowedContracts: [{ address: ROUTER, capability: 'staking', operation: 'stake' }],
    },
    code: 'capability_disabled',
  },
  'capabilities.transfers.whitelistOnly': {
    effects: [fee(), send(ether('1'), EVE)],
    strict: { ...capabilities({ transfers: { enabled: true, whitelistOnly: true } }), allowedDestinations: undefined },
    loose: { ...OPEN, allowedDestinations: undefined },
    code: 'destination_not_allowed',
  },
  'capabilities.staking.unstake': ofCapability('staking', { unstake: false }, { unstake: true }, 'capability_disabled'),
  'capabilities.nft.create': ofCapability('nft', { create: false }, { create: true }, 'capability_disabled'),
  'capabilities.governance.voteOnly': ofCapability('governance', { voteOnly: true }, { voteOnly: false }, 'capability_disabled'),
  'capabilities.approvals.spenders': {
    effects: [fee(), allow(5n, EVE)],
    strict: capabilities({ approvals: { enabled: true, spenders: [BOB] } }),
    loose: capabilities({ approvals: { enabled: true, spenders: [EVE] } }),
    code: 'allowance_not_allowed',
  },
  'capabilities.approvals.unlimited': {
    effects: [fee(), allow('unlimited', EVE)],
    strict: capabilities({ approvals: { enabled: true, spenders: [EVE] } }),
    loose: capabilities({ approvals: { enabled: true, spenders: [EVE], unlimited: true } }),
    code: 'allowance_not_allowed',
  },
  ...LIMIT_EFFECTS,
  allowedTokens: {
    effects: paid,
    strict: { ...OPEN, allowedTokens: ['USDC'] },
    loose: { ...OPEN, allowedTokens: ['ETH'] },
    code: 'token_not_allowed',
  },
  allowedDestinations: {
    effects: paid,
    strict: { ...OPEN, allowedDestinations: [EVE] },
    loose: OPEN,
    code: 'destination_not_allowed',
  },
  allowedChains: {
    effects: paid,
    strict: { ...OPEN, allowedChains: [] },
    loose: { ...OPEN, allowedChains: [CHAIN] },
    code: 'chain_not_allowed',
  },
  chains: { effects: paid, strict: { ...OPEN, chains: [] }, loose: { ...OPEN, chains: [CHAIN] }, code: 'chain_not_allowed' },
  allowedHazards: {
    effects: [fee(), HAZARD],
    strict: OPEN,
    loose: { ...OPEN, allowedHazards: ['delegatecall'] },
    code: 'hazard_not_allowed',
  },
  'allowedContracts[].address': { effects: called, strict: lists({ address: EVE }), loose: lists({}), code: 'contract_not_allowed' },
  'allowedContracts[].chain': {
    effects: called,
    strict: onTwoChains({ address: accountKey(ROUTER), chain: 'eip155:10' }),
    loose: onTwoChains({ address: accountKey(ROUTER), chain: CHAIN }),
    code: 'contract_not_allowed',
  },
  'allowedContracts[].selectors': {
    effects: called,
    strict: lists({ selectors: ['0xdeadbeef'] }),
    loose: lists({ selectors: ['0x12345678'] }),
    code: 'contract_not_allowed',
  },
  'allowedContracts[].expiresAt': { effects: called, strict: lists({ expiresAt: 1 }), loose: lists({}), code: 'contract_entry_expired' },
  'allowedContracts[].codeHash': PINS,
  'allowedContracts[].implementation': PINS,
  'allowedContracts[].admin': PINS,
  'allowedContracts[].owner': PINS,
  'allowedContracts[].capability': {
    effects: called,
    strict: { ...lists({ capability: 'governance' }), capabilities: { ...OPEN.capabilities, governance: { enabled: false } } },
    loose: { ...lists({ capability: 'contracts' }), capabilities: { ...OPEN.capabilities, governance: { enabled: false } } },
    code: 'capability_disabled',
  },
  allowedProtocols: {
    effects: [fee(), { ...call(), protocol: 'uniswap-v3', capability: 'contracts' } as Effect],
    strict: { ...OPEN, allowedProtocols: ['uniswap-v2'] },
    loose: { ...OPEN, allowedProtocols: ['uniswap-v3'] },
    code: 'contract_not_allowed',
  },
  allowedDeployments: {
    effects: [fee(), DEPLOY],
    strict: { ...OPEN, allowedDeployments: ['dd'.repeat(32)] },
    loose: { ...OPEN, allowedDeployments: [CODE] },
    code: 'deploy_not_allowed',
  },
  allowedDelegates: {
    effects: [fee(), NEW_CODE],
    strict: { ...OPEN, allowedDelegates: [EVE] },
    loose: { ...OPEN, allowedDelegates: [ROUTER] },
    code: 'control_not_allowed',
  },
  'signatures.messages': MESSAGES,
  'signatures.siweDomains': MESSAGES,
  requireApproval: { effects: paid, strict: { ...OPEN, requireApproval: true }, loose: OPEN, code: 'approval_required' },
  ...QUORUM_EFFECTS,
  requireApprovalAbove: {
    effects: paid,
    strict: { ...OPEN, requireApprovalAbove: '0.9' },
    loose: { ...OPEN, requireApprovalAbove: 1 },
    code: 'approval_required',
  },
  'humanApprovalThreshold.token': {
    effects: paid,
    strict: capped('humanApprovalThreshold', {}),
    loose: capped('humanApprovalThreshold', { token: 'USDC' }),
    code: 'approval_required',
  },
  'humanApprovalThreshold.amount': {
    effects: paid,
    strict: capped('humanApprovalThreshold', {}),
    loose: capped('humanApprovalThreshold', { amount: 1 }),
    code: 'approval_required',
  },
  'humanApprovalThreshold.decimals': {
    effects: paid,
    strict: capped('humanApprovalThreshold', { amount: 1n, decimals: 18 }),
    loose: capped('humanApprovalThreshold', { amount: 1n }),
    code: 'approval_required',
  },
  'maxSpendPerTx.token': {
    effects: paid,
    strict: capped('maxSpendPerTx', {}),
    loose: capped('maxSpendPerTx', { token: 'USDC' }),
    code: 'spend_exceeds_cap',
  },
  'maxSpendPerTx.amount': {
    effects: paid,
    strict: capped('maxSpendPerTx', {}),
    loose: capped('maxSpendPerTx', { amount: 1 }),
    code: 'spend_exceeds_cap',
  },
  'maxSpendPerTx.decimals': {
    effects: paid,
    strict: capped('maxSpendPerTx', { amount: 1n, decimals: 18 }),
    loose: capped('maxSpendPerTx', { amount: 1n }),
    code: 'spend_exceeds_cap',
  },
  maxFee: { effects: paid, strict: { ...OPEN, maxFee: '0.0000009' }, loose: { ...OPEN, maxFee: '0.000001' }, code: 'fee_exceeds_ceiling' },
  'timeRestrictions[].type': { effects: paid, strict: hours({ type: 'deny' }), loose: hours({ type: 'allow' }), code: 'time_not_allowed' },
  'timeRestrictions[].daysOfWeek': {
    effects: paid,
    strict: hours({ daysOfWeek: [3] }),
    loose: hours({ daysOfWeek: [4] }),
    code: 'time_not_allowed',
  },
  'timeRestrictions[].startHour': {
    effects: paid,
    strict: hours({ startHour: 9 }),
    loose: hours({ startHour: 8 }),
    code: 'time_not_allowed',
  },
  'timeRestrictions[].endHour': { effects: paid, strict: hours({ endHour: 8 }), loose: hours({ endHour: 9 }), code: 'time_not_allowed' },
  'timeRestrictions[].timezone': {
    effects: paid,
    strict: hours({ startHour: 8, endHour: 9, timezone: 'Europe/Berlin' }),
    loose: hours({ startHour: 10, endHour: 11, timezone: 'Europe/Berlin' }),
    code: 'time_not_allowed',
  },
  'rules[].conditions[].field': {
    effects: paid,
    strict: ruled('deny'),
    loose: ruled('deny', { field: 'contract', value: EVE }),
    code: 'policy_rule_denied',
  },
  'rules[].conditions[].operator': {
    effects: paid,
    strict: ruled('deny'),
    loose: ruled('deny', { operator: 'ne' }),
    code: 'policy_rule_denied',
  },
  'rules[].conditions[].value': {
    effects: paid,
    strict: ruled('deny'),
    loose: ruled('deny', { value: 'USDC' }),
    code: 'policy_rule_denied',
  },
  'rules[].conditions[].timeZone': {
    effects: paid,
    strict: ruled('deny', { field: 'hour', value: 10, timeZone: 'Europe/Berlin' }),
    loose: ruled('deny', { field: 'hour', value: 10 }),
    code: 'policy_rule_denied',
  },
  'rules[].conditions[].all': joinedBy((part, other) => ({ all: [part, other] })),
  'rules[].conditions[].any': joinedBy((part) => ({ any: [part, part] })),
  'rules[].conditions[].not': joinedBy((part) => ({ not: { not: part } })),
  maxTrust: { file: 'test/authz/rule-fields.test.ts', title: 'is what the request says, and never better than the policy lets it say' },
  'rules[].action': { effects: paid, strict: ruled('escalate'), loose: ruled('allow'), code: 'policy_rule_escalated' },
  'rules[].id': { file: 'test/authz/policy.test.ts', title: 'keeps the names of its own rules', word: 'id' },
  'rules[].priority': { file: 'test/authz/rules.test.ts', title: 'order: deny over escalate over allow, whatever the priority' },
  'strategies[].id': strategic(paid, { id: 's2' }, {}, 'strategy_unregistered'),
  'strategies[].operations': strategic(paid, { operations: ['stake'] }, { operations: ['transfer'] }, 'strategy_operation_not_allowed'),
  'strategies[].assets': strategic(paid, { assets: ['USDC'] }, { assets: ['ETH'] }, 'strategy_asset_not_allowed'),
  'strategies[].protocols': strategic(called, { protocols: [EVE] }, { protocols: [ROUTER] }, 'strategy_protocol_not_allowed'),
  'strategies[].maxAmountPerTrade': strategic(paid, { maxAmountPerTrade: '0.5' }, { maxAmountPerTrade: 1 }, 'strategy_amount_exceeded'),
  'strategies[].maxDailyVolume': strategic(paid, { maxDailyVolume: '0.5' }, { maxDailyVolume: 2 }, 'window_limit'),
  'strategies[].maxSlippage': strategic(called, { maxSlippage: 0.01 }, {}, 'slippage_not_declared'),
  requireSimulation: { file: 'test/e2e/switches.test.ts', title: 'stands in every decision, and nothing does where nothing is off' },
  simulationStalenessMs: { file: 'test/e2e/second-opinion.test.ts', title: 'is repeated before anything is signed: %s' },
};

/** Said to people, or kept: nothing is decided by them. */
export const WITHOUT_EFFECT: readonly string[] = ['rules[].name'];
