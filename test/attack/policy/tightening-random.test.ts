import { expect, it } from 'vitest';
import type { Judgement, Permissions } from '../../../src/authz/index.ts';
import type { Effect } from '../../../src/core/index.ts';
import { isTightening } from '../../../src/manager/policies/tightening.ts';
import { allow, BOB, call, ETH, EVE, fee, foreign, judgeOnce, NOW, policyOf, ROUTER, send, USDC, unknown } from '../../authz/fixture.ts';

const ETHER = 10n ** 18n;
const METHODS = ['0x12345678', '0xdeadbeef'];
const PEOPLE = [BOB, EVE, ROUTER];

/** The same numbers for the same seed. */
function dice(seed: number) {
  let state = seed;
  const roll = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
  return {
    pick,
    chance: (share: number): boolean => roll() < share,
    some: <T>(list: readonly T[]): T[] => list.filter(() => roll() < 0.5),
  };
}
type Dice = ReturnType<typeof dice>;

const conditionOf = ({ pick, chance }: Dice): object => {
  const one = pick([
    { field: 'isListedDestination', operator: pick(['eq', 'ne']), value: chance(0.5) },
    { field: 'isListedDestination', operator: 'eq', value: chance(0.5) },
    { field: 'listed', operator: 'eq', value: chance(0.5) },
    { field: 'amount', operator: pick(['gt', 'lt', 'gte', 'lte']), value: pick([1, 2, 3]) },
    { field: 'destination', operator: pick(['eq', 'ne']), value: pick(PEOPLE) },
    { field: 'effect', operator: pick(['eq', 'ne']), value: pick(['outflow', 'call', 'allowance', 'unknown']) },
    { field: 'selector', operator: 'in', value: [pick(METHODS), '0x00000000'] },
    { field: 'value', operator: 'gt', value: pick([1, 3]) },
  ]);
  return chance(0.2) ? { not: one } : one;
};
const REASONS = ['approval_required', 'policy_rule_escalated'] as const;
const quorum = (need: object, more: object = {}) => ({ need, ...more });

/** One field of a policy each, made anew. */
const FIELDS: Readonly<Record<string, (dice: Dice) => unknown>> = {
  allowedContracts: ({ pick, some }) =>
    some([ROUTER, EVE]).map((address) => ({
      address,
      ...pick([{}, { selectors: [] }, { selectors: METHODS.slice(1) }, { selectors: METHODS }]),
      ...pick([{}, { expiresAt: NOW - 1 }, { expiresAt: NOW + 1_000 }]),
    })),
  allowedDestinations: ({ pick, some }) => pick([undefined, some(PEOPLE)]),
  capabilities: ({ chance, some }) => ({
    transfers: { enabled: chance(0.9), whitelistOnly: chance(0.2) },
    contracts: { enabled: chance(0.9) },
    approvals: { enabled: chance(0.9), unlimited: chance(0.3), spenders: some(PEOPLE) },
  }),
  rules: (own) =>
    own.some(['r0', 'r1']).map((id) => ({
      id,
      action: own.pick(['deny', 'escalate', 'allow']),
      conditions: own.some([1, 2]).map(() => conditionOf(own)),
    })),
  approvalQuorums: ({ pick, some }) =>
    some([
      quorum({ approver: pick([1, 2]) }),
      quorum({ owner: 1 }, { reasons: [pick(REASONS)] }),
      quorum({ operator: 1 }, { above: pick([1, 2]) }),
    ]),
  requireApproval: ({ pick }) => pick([undefined, true, false]),
  requireApprovalAbove: ({ pick }) => pick([undefined, 1, 2]),
  maxSpendPerTx: ({ pick }) => pick([undefined, { token: 'ETH', amount: pick([1, 2]) }]),
  limits: ({ pick }) => ({ unit: 'ETH', perTransaction: pick([2, 5]), daily: pick([5, 10]), assets: { USDC: { daily: pick([5, 9]) } } }),
  policy: ({ pick, some }) =>
    pick([
      undefined,
      { anyOf: some([1, 2]).map((amount) => ({ leaf: { maxSpendPerTx: { token: 'ETH', amount } }, label: `${amount}` })), label: 't' },
    ]),
};
const NAMES = Object.keys(FIELDS);

const made = (own: Dice): Record<string, unknown> => Object.fromEntries(NAMES.map((name) => [name, FIELDS[name]?.(own)]));
/** Mostly smaller in one field, which is what passes for a tightening. */
function changed(before: Readonly<Record<string, unknown>>, own: Dice): Record<string, unknown> {
  const name = own.pick(NAMES);
  const value = before[name];
  const after = Array.isArray(value) && own.chance(0.4) ? own.some(value) : FIELDS[name]?.(own);
  const entries = before['allowedContracts'] as readonly object[];
  // Whoever narrows a contract by hand names its methods.
  if (own.chance(0.3)) return { ...before, allowedContracts: entries.map((entry) => ({ selectors: METHODS.slice(0, 1), ...entry })) };
  return { ...before, [name]: after };
}

const effectOf = ({ pick }: Dice): Effect =>
  pick([
    send(pick([1n, ETHER, 2n * ETHER, 3n * ETHER]), pick(PEOPLE), ETH, pick(['0', '0.1'])),
    send(pick([1_000_000n, 3_000_000n]), pick(PEOPLE), USDC),
    allow(pick([0n, 1_000_000n, 'unlimited']), pick(PEOPLE)),
    call(ROUTER, pick(METHODS), 'm'),
    unknown(ROUTER, pick(METHODS)),
  ]);

const RANK = { approved: 0, escalated: 1, denied: 2 } as const;
function isLooser(before: Judgement, after: Judgement): boolean {
  if (after.verdict !== before.verdict) return RANK[after.verdict] < RANK[before.verdict];
  const need: Readonly<Record<string, number | undefined>> = { ...after.quorum };
  return after.verdict === 'escalated' && Object.entries({ ...before.quorum }).some(([role, count]) => (need[role] ?? 0) < (count ?? 0));
}

it('what passes for a tightening lets nothing through, and asks no fewer people, on random policies and requests', async () => {
  const own = dice(20_260_101);
  const settings = { riskEnabled: false, allowUnenforced: true };
  let tightenings = 0;
  for (let tried = 0; tried < 600; tried += 1) {
    const permissions = made(own);
    const next = changed(permissions, own);
    const [before, after] = [permissions, next].map((given) => policyOf(given as Permissions)) as [
      ReturnType<typeof policyOf>,
      ReturnType<typeof policyOf>,
    ];
    if (before.digest === after.digest || !isTightening(before, after)) continue;
    tightenings += 1;
    for (let asked = 0; asked < 12; asked += 1) {
      const effects = [fee(), effectOf(own), ...(own.chance(0.5) ? [effectOf(own)] : [])];
      const [was, is] = await Promise.all(
        [before, after].map((policy) => judgeOnce({ effects, policy, request: foreign() }, { settings })),
      );
      expect(isLooser(was as Judgement, is as Judgement), JSON.stringify([permissions, next])).toBe(false);
    }
  }
  expect(tightenings).toBeGreaterThan(50);
});
