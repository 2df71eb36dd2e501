import type { Scene } from '../../bench/scene.ts';
import type { Permissions, PolicyTree, TemporalRuleInput } from '../../src/index.ts';
import { policyAnd, policyLeaf, policyOr } from '../../src/index.ts';
import type { Dice } from './replay-dice.ts';

const HOUR_MS = 3_600_000;

/** Permissions that differ in everything that a decision about the scene's requests can turn on. */
export function randomPermissions(scene: Scene, dice: Dice): Permissions {
  const { fee, chain, payees } = scene;
  const scale = (most: number): number => most * chain.coin;
  const limits = {
    unit: dice.of([fee.asset, fee.asset, 'USD']),
    perTransaction: scale(dice.of([1, 5, 10])),
    daily: scale(dice.of([5, 500])),
    weekly: scale(2_000),
    monthly: scale(9_000),
  };
  return {
    template: dice.of(['conservative', 'balanced', ...new Array<'aggressive'>(8).fill('aggressive')] as const),
    limits: { ...limits, ...(dice.chance(0.2) ? { assets: { [fee.asset]: { perTransaction: scale(2), daily: scale(20) } } } : {}) },
    rateLimiting: { maxPerHour: dice.of([5, 1_000, 1_000]), cooldownSeconds: dice.of([0, 0, 45]) },
    allowedDestinations: payees.slice(0, dice.of([2, 8, 32])).map((_, index) => chain.payee(index)),
    ...(dice.chance(0.2) ? { requireApprovalAbove: scale(1) } : {}),
    ...(dice.chance(0.2) ? { timeRestrictions: [{ startHour: dice.below(12), endHour: 13 + dice.below(11) }] } : {}),
    ...(dice.chance(0.2) ? { allowedTokens: [fee.asset] } : {}),
    ...(dice.chance(0.2) ? { signatures: { messages: 'allow' } } : {}),
    ...(dice.chance(0.3)
      ? {
          rules: [
            { id: 'new', conditions: [{ field: 'isNewDestination', operator: 'eq', value: true }], action: dice.of(['deny', 'escalate']) },
          ],
        }
      : {}),
    ...(dice.chance(0.3)
      ? { strategies: [{ id: 'dca', operations: ['transfers'], maxAmountPerTrade: scale(1), maxDailyVolume: scale(3) }] }
      : {}),
    ...(dice.chance(0.3) ? { temporalRules: randomTemporal(scene, dice) } : {}),
    ...(dice.chance(0.3) ? { policy: randomTree(scene, dice) } : {}),
  } as Permissions;
}

/** A few rules over history, of every kind, tight enough to be met within some dozen requests. */
function randomTemporal({ fee, payees, chain }: Scene, dice: Dice): readonly TemporalRuleInput[] {
  const windowMs = dice.of([HOUR_MS, 24 * HOUR_MS]);
  const consequence = dice.of(['reject', 'require_approval', 'flag_for_review'] as const);
  const all: readonly TemporalRuleInput['predicate'][] = [
    { kind: 'simulation_failure_rate', windowMs, threshold: dice.of([2, 5, 9]) },
    { kind: 'contract_call_frequency', windowMs, contractAddress: String(payees[0]), threshold: dice.of([1, 3]) },
    { kind: 'success_drought', windowMs, threshold: dice.of([1, 3]), warmUpMs: dice.of([0, HOUR_MS]) },
    { kind: 'spend_velocity', windowMs, token: String(fee.asset), maxAmount: `0.0${dice.of([1, 5])}` },
    { kind: 'spend_velocity', windowMs: 2 * windowMs, token: String(fee.asset), maxAmount: chain.coin * 4 },
    { kind: 'consecutive_failures', count: dice.of([4, 8, 16]) },
    { kind: 'approval_flood', windowMs, threshold: 1 },
  ];
  return all.filter(() => dice.chance(0.4)).map((predicate, index) => ({ predicate, consequence, label: `${predicate.kind}-${index}` }));
}

/** A tree of leaves over amounts, destinations, chains and rules that look at the account's past. */
function randomTree({ fee, payees, chain }: Scene, dice: Dice): PolicyTree {
  const leaf = (name: string): PolicyTree =>
    dice.of([
      policyLeaf({ maxSpendPerTx: { token: String(fee.asset), amount: dice.of(['0.0005', '1']) } }, `${name}-small`),
      policyLeaf({ allowedDestinations: payees.slice(0, dice.of([1, 4])).map(String) }, `${name}-known`),
      policyLeaf({ allowedChains: [chain.chain] }, `${name}-here`),
      policyLeaf({ requireApproval: true }, `${name}-asked`),
      policyLeaf(
        {
          rules: [
            { id: 'first', conditions: [{ field: 'isNewDestination', operator: 'eq', value: true }], action: 'deny' },
            { id: 'worth', conditions: [{ field: 'value', operator: 'gt', value: '0.0005' }], action: 'escalate' },
            { id: 'late', conditions: [{ field: 'hour', operator: 'gte', value: 18 }], action: 'deny' },
          ],
        },
        `${name}-ruled`,
      ),
    ]);
  const join = dice.of([policyAnd, policyOr]);
  const inner = dice.of([policyAnd, policyOr]);
  return join([leaf('a'), inner([leaf('b'), leaf('c')], 'inner'), ...(dice.chance(0.05) ? [inner([], 'none')] : [])], 'root');
}
