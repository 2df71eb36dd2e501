import { describe, expect, it } from 'vitest';
import type { JudgeSettings } from '../../src/authz/index.ts';
import { type AccountId, type Effect, type Json, type LayerName, type ReasonCode, storeKey, type Verdict } from '../../src/core/index.ts';
import { countEvent, EMPTY_RATE } from '../../src/core/rate.ts';
import { emptyProfile, readListLook, trainProfile } from '../../src/risk/index.ts';
import {
  allow,
  BASE,
  BOB,
  type CHAIN,
  call,
  docRow,
  ETH,
  EVE,
  ether,
  fee,
  foreign,
  judgeOnce,
  NOW,
  OPEN,
  policyOf,
  ROUTER,
  report,
  request,
  type Scene,
  send,
  simulated,
  tx,
  USDC,
  unknown,
  WALLET,
  WETH,
} from './fixture.ts';

interface Case {
  readonly code: ReasonCode;
  readonly layer: LayerName;
  readonly verdict: Verdict;
  readonly scene: Scene;
  readonly settings?: Partial<JudgeSettings>;
}

const says = (intent: string) => ({ context: { intent } });
const usdc = (amount: bigint) => ({
  type: 'transfer',
  action: { kind: 'transfer', asset: USDC, amount, to: BOB } as const,
  declared: { asset: USDC, amount: amount.toString(), destination: BOB },
});
const approve = (amount: bigint | 'unlimited', spender: AccountId = ROUTER) =>
  request({
    type: 'approve',
    action: { kind: 'approve', asset: USDC, amount, spender },
    declared: { asset: USDC, amount: amount.toString(), destination: spender },
  });
const strategic = (strategy: string) => request({ context: { strategy } });
const withStrategy = (bounds: object) => policyOf({ ...OPEN, strategies: [{ id: 's1', ...bounds }] });
const calls = (over = {}) => foreign({ type: 'contract_call', ...over });
const listed = (entry: object = {}) => policyOf({ ...OPEN, allowedContracts: [{ address: ROUTER, ...entry }] });
const valid = { valid: true, confidence: 1, reasoning: 'fine', warnings: [] };
const validator = (answer: unknown) => ({ validate: () => answer as never });
const priced = { price: { price: () => ({ numerator: 10n ** 12n, denominator: 2_000n, atMs: NOW }) } };
const counted = (key: string, times: readonly number[], windowMs: number): Record<string, Json> => {
  let row = EMPTY_RATE;
  for (const at of times) row = countEvent(row, windowMs, null, at, at);
  return { [storeKey.rate(key)]: row as unknown as Json };
};
const profile = (() => {
  let known = emptyProfile();
  for (let day = 60; day > 0; day -= 1)
    known = trainProfile(known, {
      atMs: NOW - day * 86_400_000,
      account: BOB,
      asset: ETH,
      amount: 123_456_789_012_345_678n,
      unitAmount: 123_456_789_012_345_678n,
    });
  return docRow('profile/a1', known as unknown as Json);
})();
const recent = (() => {
  let known = emptyProfile();
  for (let day = 60; day > 0; day -= 1)
    known = trainProfile(known, {
      atMs: NOW - (day - 1) * 86_400_000 - 2_000,
      account: BOB,
      asset: ETH,
      amount: ether('1'),
      unitAmount: ether('1'),
    });
  return docRow('profile/a1', known as unknown as Json);
})();
const ledger = (inFlight: bigint): Record<string, Json> => ({
  [storeKey.ledger(`agent:a1|${ETH}`)]: { inFlight: inFlight.toString(), held: [], total: '0' },
});
const asks = (amount: bigint) =>
  request({
    action: { kind: 'transfer', asset: ETH, amount, to: BOB },
    declared: { asset: ETH, amount: amount.toString(), destination: BOB },
  });
const lookalike = `eip155:1:0x${BOB.slice(11, 17)}${'9'.repeat(26)}${BOB.slice(-8)}` as AccountId;
const simulate = (...effects: readonly Effect[]) => ({ simulate: async () => report(effects) });

// biome-ignore format: a table, one case a line
const CASES: Readonly<Record<string, Case>> = {
  'an amount that is not the declared one': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { effects: [fee(), send(ether('2'))] } },
  'a recipient that is not the declared one': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { effects: [fee(), send(ether('1'), EVE)] } },
  'an asset that is not the declared one': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { effects: [fee(), send(ether('1'), BOB, WETH)] } },
  'an extra outflow': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { effects: [fee(), send(ether('1')), send(1n, EVE, USDC, '0.1')] } },
  'an extra allowance': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { effects: [fee(), send(ether('1')), allow(1n)] } },
  'nothing at all done of what was declared': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { effects: [fee()] } },
  'words with another amount': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { request: request(says('Send 0.1 ETH to Bob')) } },
  'words with another symbol': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { request: request(says('pay 1 USDC')) } },
  'words with another recipient': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { request: request(says(`send 1 ETH to ${EVE.slice(9)}`)) } },
  'words with another verb': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { request: request(says('approve the router')) } },
  'words that say transfer, bytes that approve': { code: 'intent_contradicts_effects', layer: 'intent', verdict: 'denied', scene: { request: foreign(says('transfer the fee')), effects: [fee(), allow(5n, ROUTER)], policy: listed() } },
  'no words where they are required': { code: 'intent_missing', layer: 'intent', verdict: 'escalated', scene: {}, settings: { requireIntentValidation: true } },
  'a validator that says no': { code: 'intent_validator_rejected', layer: 'intent', verdict: 'denied', scene: {}, settings: { intentValidator: validator({ ...valid, valid: false }) } },
  'an unsure validator': { code: 'intent_low_confidence', layer: 'intent', verdict: 'escalated', scene: { request: request({ context: { confidence: 1 } }) }, settings: { minConfidence: 0.8, intentValidator: validator({ ...valid, confidence: 0.5 }) } },
  'a validator that answers "true"': { code: 'layer_malformed', layer: 'intent', verdict: 'denied', scene: {}, settings: { intentValidator: validator({ ...valid, valid: 'true' }) } },
  'a validator without confidence': { code: 'layer_malformed', layer: 'intent', verdict: 'denied', scene: {}, settings: { intentValidator: validator({ valid: true, reasoning: '', warnings: [] }) } },
  'a validator that throws': { code: 'layer_threw', layer: 'intent', verdict: 'denied', scene: {}, settings: { intentValidator: { validate: () => { throw new Error('no'); } } } },
  'a strategy that nobody registered': { code: 'strategy_unregistered', layer: 'strategy', verdict: 'escalated', scene: { request: strategic('s9') } },
  'a strategy for something else': { code: 'strategy_operation_not_allowed', layer: 'strategy', verdict: 'denied', scene: { request: strategic('s1'), policy: withStrategy({ operations: ['swap'] }) } },
  'a strategy for other assets': { code: 'strategy_asset_not_allowed', layer: 'strategy', verdict: 'denied', scene: { request: strategic('s1'), policy: withStrategy({ assets: ['USDC'] }) } },
  'a strategy with other protocols': { code: 'strategy_protocol_not_allowed', layer: 'strategy', verdict: 'denied', scene: { request: calls({ context: { strategy: 's1' } }), effects: [fee(), call()], policy: policyOf({ ...OPEN, allowedContracts: [{ address: ROUTER }], strategies: [{ id: 's1', protocols: [EVE] }] }) } },
  'more than a strategy moves at once': { code: 'strategy_amount_exceeded', layer: 'strategy', verdict: 'denied', scene: { request: strategic('s1'), policy: withStrategy({ maxAmountPerTrade: '0.5' }) } },
  'more than a strategy moves in a day': { code: 'window_limit', layer: 'limits', verdict: 'denied', scene: { request: strategic('s1'), policy: withStrategy({ maxDailyVolume: '0.5' }) } },
  'slippage that nothing shows, by strategy': { code: 'slippage_not_declared', layer: 'strategy', verdict: 'denied', scene: { request: calls({ context: { strategy: 's1' } }), effects: [fee(), call()], policy: policyOf({ ...OPEN, allowedContracts: [{ address: ROUTER }], strategies: [{ id: 's1', maxSlippage: 0.01 }] }) } },
  'a strategy validator that says no': { code: 'strategy_validator_rejected', layer: 'strategy', verdict: 'denied', scene: {}, settings: { strategyValidator: validator({ ...valid, valid: false }) } },
  'low confidence': { code: 'confidence_too_low', layer: 'strategy', verdict: 'escalated', scene: { request: request({ context: { confidence: 0.4 } }) }, settings: { minConfidence: 0.5 } },
  'no confidence where a minimum stands': { code: 'confidence_too_low', layer: 'strategy', verdict: 'escalated', scene: {}, settings: { minConfidence: 0.5 } },
  'a listed account': { code: 'address_blacklisted', layer: 'risk', verdict: 'denied', scene: { rows: docRow(`screen/${BOB}`, { account: BOB, kind: 'drainer', severity: 'high', source: 'test', addedMs: 1, expiresMs: null }) } },
  'a screening list that is lacking': { code: 'screening_unavailable', layer: 'risk', verdict: 'denied', scene: { over: { lists: readListLook({ lists: [], lacking: [{ list: 'reports', why: 'stale', required: true }], found: [] }) } } },
  'a listing that cannot be read': { code: 'address_blacklisted', layer: 'risk', verdict: 'denied', scene: { rows: docRow(`screen/${BOB}`, 'garbage') } },
  'a pattern that blocks': { code: 'rapid_drain', layer: 'risk', verdict: 'denied', scene: { rows: profile, request: asks(ether('9')), effects: [fee(), send(ether('9'))] } },
  'a high score': { code: 'risk_high', layer: 'risk', verdict: 'denied', scene: { rows: profile, request: asks(ether('9')), effects: [fee(), send(ether('9'))] } },
  'a large payment to somebody new': { code: 'new_destination_large', layer: 'risk', verdict: 'escalated', scene: { request: foreign(), effects: [fee(), send(ether('9'), EVE)], policy: policyOf({ ...OPEN, allowedDestinations: undefined }) } },
  'a lookalike': { code: 'address_lookalike', layer: 'risk', verdict: 'denied', scene: { request: foreign(), effects: [fee(), send(1n, lookalike)], policy: policyOf({ ...OPEN, allowedDestinations: undefined, allowedContracts: [{ address: BOB }] }) } },
  'a critical score': { code: 'risk_critical', layer: 'risk', verdict: 'denied', scene: { rows: docRow(`screen/${BOB}`, { account: BOB, kind: 'drainer', severity: 'high', source: 'test', addedMs: 1, expiresMs: null }) } },
  'risk switched off': { code: 'risk_inputs_missing', layer: 'risk', verdict: 'denied', scene: {}, settings: { riskEnabled: false } },
  'a score above the maximum': { code: 'risk_score_exceeded', layer: 'risk', verdict: 'denied', scene: {}, settings: { maxRiskScore: 1 } },
  'a chain that the policy does not name': { code: 'chain_not_allowed', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, chains: ['eip155:10'] }, { ...BASE, limits: { ...BASE.limits, unit: 'USD' } }) } },
  'a transaction for another chain': { code: 'chain_id_mismatch', layer: 'policy', verdict: 'denied', scene: { over: { tx: tx({ chain: 'eip155:10' as typeof CHAIN }) } } },
  'a transaction of another wallet': { code: 'agent_not_wallet_owner', layer: 'policy', verdict: 'denied', scene: { over: { tx: tx({ wallet: EVE }) } } },
  'a contract that is not listed': { code: 'contract_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), call()] } },
  'a selector that is not listed': { code: 'contract_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), call()], policy: listed({ selectors: ['0xdeadbeef'] }) } },
  'an entry that has expired': { code: 'contract_entry_expired', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), call()], policy: listed({ expiresAt: NOW }) } },
  'an unknown effect': { code: 'effect_unknown', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), unknown()] } },
  'an unknown effect at a contract without selectors': { code: 'effect_unknown', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), unknown()], policy: listed() } },
  'an unknown effect at no contract': { code: 'effect_unknown', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), unknown(null, null)], policy: listed({ selectors: ['0x12345678'] }) } },
  'a token that is not listed': { code: 'token_not_allowed', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, allowedTokens: ['USDC'] }) } },
  'a destination that is not listed': { code: 'destination_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: foreign(), effects: [fee(), send(1n, EVE)] } },
  'any destination, whitelist only': { code: 'destination_not_allowed', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, allowedDestinations: undefined, capabilities: { transfers: { enabled: true, whitelistOnly: true } } }) } },
  'a destination that the caller narrowed away': { code: 'destination_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: request({ narrow: { allowedDestinations: [EVE] } }) } },
  'a disabled capability': { code: 'capability_disabled', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, capabilities: { transfers: { enabled: false } } }) } },
  'a read-only capability': { code: 'capability_read_only', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, capabilities: { transfers: { enabled: true, readOnly: true } } }) } },
  'effects of another kind than the type': { code: 'capability_mismatch', layer: 'policy', verdict: 'denied', scene: { request: request({ type: 'approve' }) } },
  'a type that nobody knows': { code: 'capability_mismatch', layer: 'policy', verdict: 'denied', scene: { request: request({ type: '__proto__' }) } },
  'an empty policy': { code: 'policy_no_match', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({}) } },
  'a transaction that does nothing': { code: 'policy_no_match', layer: 'policy', verdict: 'denied', scene: { request: foreign(), effects: [fee()] } },
  'a rule that denies': { code: 'policy_rule_denied', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, rules: [{ id: 'r', conditions: [{ field: 'amount', operator: 'gte', value: 1 }], action: 'deny' }] }) } },
  'a rule that escalates': { code: 'policy_rule_escalated', layer: 'policy', verdict: 'escalated', scene: { policy: policyOf({ ...OPEN, rules: [{ id: 'r', conditions: [{ field: 'isNewDestination', operator: 'eq', value: true }], action: 'require_approval' }] }) } },
  'a value above the threshold': { code: 'approval_required', layer: 'policy', verdict: 'escalated', scene: { policy: policyOf({ ...OPEN, requireApprovalAbove: '0.999999999999999999' }) } },
  'a value that nobody can tell': { code: 'approval_required', layer: 'policy', verdict: 'escalated', scene: { request: request(usdc(5n)), effects: [fee(), send(5n, BOB, USDC)], policy: policyOf({ ...OPEN, requireApprovalAbove: 5, limits: { ...OPEN.limits, assets: { USDC: { daily: 100 } } } }) } },
  'the conservative way': { code: 'approval_required', layer: 'policy', verdict: 'escalated', scene: { policy: policyOf({ ...OPEN, requireApproval: true }) } },
  'a caller that asks for a person': { code: 'approval_required', layer: 'policy', verdict: 'escalated', scene: { request: request({ narrow: { requireApproval: true } }) } },
  'an unlimited allowance': { code: 'allowance_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: approve('unlimited'), effects: [fee(), allow('unlimited', ROUTER)], policy: listed(), over: priced } },
  'an allowance to a stranger': { code: 'allowance_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: approve(5n, EVE), effects: [fee(), allow(5n, EVE)], policy: listed(), over: priced } },
  'an operator': { code: 'operator_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), { kind: 'operator', owner: WALLET, operator: ROUTER, collection: EVE, approved: true, leaf: '0', source: 'bytes' }], policy: listed() } },
  'a control change': { code: 'control_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), { kind: 'control', account: ROUTER, aspect: 'owner', to: BOB, leaf: '0', source: 'bytes' }], policy: listed() } },
  'a delegation': { code: 'delegation_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), { kind: 'delegation', account: WALLET, delegate: ROUTER, scope: 'all', leaf: '0', source: 'bytes' }], policy: listed() } },
  'a deployment': { code: 'deploy_not_allowed', layer: 'policy', verdict: 'denied', scene: { request: calls(), effects: [fee(), { kind: 'deploy', account: EVE, codeDigest: 'x', leaf: '0', source: 'bytes' }], policy: listed() } },
  'a fee above the request’s ceiling': { code: 'fee_exceeds_ceiling', layer: 'policy', verdict: 'denied', scene: { request: request({ feeCeiling: 1n }) } },
  'a fee above the policy’s ceiling': { code: 'fee_exceeds_ceiling', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, maxFee: '0.0000001' }) } },
  'a fee above the caller’s own ceiling': { code: 'fee_exceeds_ceiling', layer: 'policy', verdict: 'denied', scene: { request: request({ narrow: { maxFee: 1n } }) } },
  'an hour that is not permitted': { code: 'time_not_allowed', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, timeRestrictions: [{ type: 'deny' }] }) } },
  'slippage that nothing shows, by policy': { code: 'slippage_not_declared', layer: 'policy', verdict: 'denied', scene: { request: calls({ type: 'swap' }), effects: [fee(), call()], policy: policyOf({ ...OPEN, capabilities: { trading: { enabled: true, maxSlippage: 0.01 } }, allowedContracts: [{ address: ROUTER, capability: 'trading' }] }) } },
  'more than the flat cap': { code: 'spend_exceeds_cap', layer: 'policy', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, maxSpendPerTx: { token: 'ETH', amount: 999_999_999_999_999_999n, decimals: 18 } }) } },
  'more than the caller itself permits': { code: 'spend_exceeds_cap', layer: 'policy', verdict: 'denied', scene: { request: request({ narrow: { maxAmount: 1n } }) } },
  'more than one transaction may move': { code: 'per_transaction_limit', layer: 'limits', verdict: 'denied', scene: { policy: policyOf({ ...OPEN, limits: { perTransaction: 1 } }) } },
  'an unlimited allowance, by limits': { code: 'per_transaction_limit', layer: 'limits', verdict: 'denied', scene: { request: approve('unlimited'), effects: [fee(), allow('unlimited', ROUTER)], policy: { ...policyOf({ ...OPEN, capabilities: { approvals: { enabled: true, unlimited: true } }, allowedContracts: [{ address: ROUTER }] }), unlimitedAllowances: false } } },
  'more than a window has left': { code: 'window_limit', layer: 'limits', verdict: 'denied', scene: { rows: ledger(ether('19.5')) } },
  'an asset without limit or price': { code: 'limit_missing', layer: 'limits', verdict: 'denied', scene: { request: request(usdc(5n)), effects: [fee(), send(5n, BOB, USDC)] } },
  'an asset without a fresh price': { code: 'price_unavailable', layer: 'limits', verdict: 'denied', scene: { request: request(usdc(5n)), effects: [fee(), send(5n, BOB, USDC)], over: { price: { price: async () => undefined } } } },
  'a price source that fails': { code: 'layer_threw', layer: 'risk', verdict: 'denied', scene: { request: request(usdc(5n)), effects: [fee(), send(5n, BOB, USDC)], over: { price: { price: () => { throw new Error('down'); } } } } },
  'too many in an hour': { code: 'rate_limited', layer: 'rate_limit', verdict: 'denied', scene: { rows: counted('agent:a1:approved', Array.from({ length: 10 }, (_, index) => NOW - 3_000_000 + index), 3_600_000) } },
  'too soon after the last': { code: 'cooldown_active', layer: 'rate_limit', verdict: 'denied', scene: { rows: counted('agent:a1:approved', [NOW - 59_999], 3_600_000) } },
  'a burst': { code: 'anomaly_burst', layer: 'anomaly', verdict: 'denied', scene: { rows: counted('agent:a1:attempts', Array.from({ length: 12 }, (_, index) => NOW - 5_000 + index * 100), 60_000) } },
  'an unusual amount': { code: 'anomaly_amount', layer: 'anomaly', verdict: 'escalated', scene: { rows: profile, request: asks(ether('9')), effects: [fee(), send(ether('9'))] }, settings: { riskEnabled: false, allowUnenforced: true } },
  'an unusual interval': { code: 'anomaly_interval', layer: 'anomaly', verdict: 'escalated', scene: { rows: recent } },
  'a revert': { code: 'simulation_reverted', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: async () => report([], { success: false, wouldRevert: true }) } } },
  'nothing to simulate with': { code: 'simulation_unavailable', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: null } } },
  'a simulation that fails': { code: 'simulation_unavailable', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: () => Promise.reject(new Error('down')) } } },
  'a simulation that answers nonsense': { code: 'simulation_unavailable', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: async () => ({ success: true }) as never } } },
  'simulation switched off': { code: 'simulation_unavailable', layer: 'simulation', verdict: 'denied', scene: {}, settings: { enableSimulation: false } },
  'a simulation without an end': { code: 'simulation_required_but_failed', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: async () => report([], { success: false, wouldRevert: false }) } } },
  'a wallet that cannot pay': { code: 'insufficient_funds', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: async () => report([], { success: false, errors: ['insufficient funds for gas * price + value'] }) } } },
  'an unstable simulation': { code: 'simulation_unstable', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: async () => report([], { success: false, errors: ['simulation_unstable'] }) } } },
  'a node that cannot simulate': { code: 'simulation_unavailable', layer: 'simulation', verdict: 'denied', scene: { over: { simulate: async () => report([], { success: false, errors: ['simulation_unavailable'] }) } } },
  'a drain': { code: 'simulation_exceeds_intent', layer: 'simulation', verdict: 'denied', scene: { over: simulate(simulated(ether('1'), BOB), simulated(1n, EVE)) } },
  'a drain of another asset': { code: 'simulation_exceeds_intent', layer: 'simulation', verdict: 'denied', scene: { over: simulate(simulated(ether('1'), BOB), simulated(1n, BOB, USDC)) } },
  'a redirection': { code: 'simulation_exceeds_intent', layer: 'simulation', verdict: 'denied', scene: { over: simulate(simulated(ether('1'), EVE)) } },
  'an allowance that only the simulation shows': { code: 'simulation_exceeds_intent', layer: 'simulation', verdict: 'denied', scene: { over: simulate(simulated(ether('1'), BOB), { ...allow(1n, EVE), source: 'simulation' }) } },
  'an operator that only the simulation shows': { code: 'simulation_exceeds_intent', layer: 'simulation', verdict: 'denied', scene: { over: simulate({ kind: 'operator', owner: WALLET, operator: EVE, collection: ROUTER, approved: true, leaf: '0', source: 'simulation' }) } },
  'an inflow that does not come': { code: 'simulation_exceeds_intent', layer: 'simulation', verdict: 'denied', scene: { request: foreign(), effects: [fee(), send(5n, BOB), { kind: 'inflow', account: WALLET, counterparty: BOB, asset: ETH, amount: 3n, leaf: '0', source: 'bytes' }], over: simulate(simulated(5n, BOB)) } },
};

describe('every reason has its case', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const { code, layer, verdict, scene, settings } = CASES[name] as Case;
    const judgement = await judgeOnce(scene, settings === undefined ? {} : { settings });
    const at = judgement.reports.find((report) => report.layer === layer);
    expect(
      at?.reasons.map((reason) => reason.code),
      JSON.stringify(judgement.reasons),
    ).toContain(code);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.reasons.map((reason) => reason.code)).toContain(code);
  });

  it('only a block pattern says fraud', async () => {
    const drained = await judgeOnce({ rows: profile, request: asks(ether('9')), effects: [fee(), send(ether('9'))] });
    expect(drained.signals.map(({ type }) => type)).toEqual(['fraud_detected']);
    const listed = await judgeOnce({
      rows: docRow(`screen/${BOB}`, { account: BOB, kind: 'drainer', severity: 'high', source: 'test', addedMs: 1, expiresMs: null }),
    });
    expect(listed.signals).toEqual([]);
  });

  it('an anomaly leaves its event', async () => {
    const burst = await judgeOnce({
      rows: counted(
        'agent:a1:attempts',
        Array.from({ length: 12 }, (_, index) => NOW - 5_000 + index * 100),
        60_000,
      ),
    });
    expect(burst.signals.map(({ type, details }) => [type, details['type']])).toEqual([['anomaly_detected', 'burst']]);
  });

  it('the same without its fault is approved', async () => {
    expect((await judgeOnce()).verdict).toBe('approved');
    expect((await judgeOnce({ request: request(says(`Please send 1 ETH to ${BOB.slice(9)}`)) })).verdict).toBe('approved');
    expect((await judgeOnce({ request: request(usdc(5n)), effects: [fee(), send(5n, BOB, USDC)], over: priced })).verdict).toBe('approved');
    expect((await judgeOnce({ request: approve(5n), effects: [fee(), allow(5n, ROUTER)], policy: listed(), over: priced })).verdict).toBe(
      'approved',
    );
    expect(
      (await judgeOnce({ request: calls(), effects: [fee(), call()], policy: listed({ selectors: ['12345678'], expiresAt: NOW + 1 }) }))
        .verdict,
    ).toBe('approved');
    expect(
      (
        await judgeOnce({
          request: strategic('s1'),
          policy: withStrategy({ operations: ['transfer'], assets: ['ETH'], maxAmountPerTrade: 1, maxDailyVolume: 1 }),
        })
      ).verdict,
    ).toBe('approved');
  });
});

describe('denials say what would help', () => {
  it('a window: rule, limit, what remains, what was asked, when it resets', async () => {
    const held = {
      [storeKey.ledger(`agent:a1|${ETH}`)]: { inFlight: '0', held: [[NOW + 5_000, ether('19.5').toString()]], total: '0' },
    } as unknown as Record<string, Json>;
    const [denial] = (await judgeOnce({ rows: held })).reasons;
    expect(denial).toMatchObject({
      code: 'window_limit',
      rule: 'daily',
      limit: ether('20').toString(),
      remaining: ether('0.5').toString(),
      unit: ETH,
      retryable: true,
      resetsAtMs: NOW + 5_001,
    });
    expect(BigInt(denial?.requested ?? 0)).toBe(ether('1') + 1_000_000_000_000n);
  });

  it('the rate: when the next one may come', async () => {
    const at = NOW - 1_000;
    const judgement = await judgeOnce({ rows: counted('agent:a1:approved', [at], 3_600_000) });
    expect(judgement.reasons[0]).toMatchObject({ code: 'cooldown_active', resetsAtMs: at + 60_000, retryable: true });
  });

  it('a total that equals the cap passes, one unit more does not', async () => {
    const fits = policyOf({ ...OPEN, limits: { perTransaction: '1.000001' } });
    expect((await judgeOnce({ policy: fits })).verdict).toBe('approved');
    const short = policyOf({ ...OPEN, limits: { perTransaction: '1.000000999999999999' } });
    expect((await judgeOnce({ policy: short })).reasons.map(({ code }) => code)).toEqual(['per_transaction_limit']);
  });

  it('only the attempt is counted unless the action is approved', async () => {
    expect((await judgeOnce()).rates.map(({ max }) => max)).toEqual([null, 10]);
    expect((await judgeOnce({ policy: policyOf({}) })).rates.map(({ max }) => max)).toEqual([null]);
  });
});
