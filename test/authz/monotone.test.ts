import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JudgeSettings, Permissions } from '../../src/authz/index.ts';
import type { Effect, Verdict } from '../../src/core/index.ts';
import { LAYERS } from '../../src/core/index.ts';
import {
  allow,
  BASE,
  BOB,
  call,
  ETH,
  EVE,
  ether,
  fee,
  foreign,
  judgeOnce,
  OPEN,
  policyOf,
  ROUTER,
  send,
  USDC,
  unknown,
  WALLET,
} from './fixture.ts';

const RANK: Readonly<Record<Verdict, number>> = { approved: 0, escalated: 1, denied: 2 };

const effect: fc.Arbitrary<Effect> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(BOB, EVE), fc.constantFrom(ETH, USDC))
      .map(([tenths, to, asset]) => send(ether('0.1') * BigInt(tenths), to, asset)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom<bigint | 'unlimited'>(0n, 5n, 'unlimited'), fc.constantFrom(ROUTER, EVE))
      .map(([amount, spender]) => allow(amount, spender)),
  },
  { weight: 1, arbitrary: fc.constantFrom(call(), call(EVE), unknown(), unknown(null, null)) },
  {
    weight: 1,
    arbitrary: fc.constant<Effect>({
      kind: 'operator',
      owner: WALLET,
      operator: EVE,
      collection: ROUTER,
      approved: true,
      leaf: '0',
      source: 'bytes',
    }),
  },
);
const effects = fc.array(effect, { minLength: 0, maxLength: 4 }).map((list) => [fee(), ...list]);

const loose: fc.Arbitrary<Permissions> = fc
  .record({
    allowedDestinations: fc.constantFrom<string[] | undefined>(undefined, [BOB], [BOB, EVE]),
    requireApprovalAbove: fc.constantFrom<number | undefined>(undefined, 1, 3),
    perTransaction: fc.integer({ min: 1, max: 10 }),
  })
  .map(({ allowedDestinations, requireApprovalAbove, perTransaction }) => ({
    ...OPEN,
    ...(allowedDestinations === undefined ? { allowedDestinations: undefined } : { allowedDestinations }),
    ...(requireApprovalAbove === undefined ? {} : { requireApprovalAbove }),
    limits: { perTransaction, daily: 20, weekly: 100, monthly: 200 },
    allowedContracts: [{ address: ROUTER, selectors: ['0x12345678'] }],
  }));

/** Each makes permissions stricter. */
const RESTRICTIONS: readonly ((permissions: Permissions) => Permissions)[] = [
  (permissions) => ({ ...permissions, requireApproval: true }),
  (permissions) => ({ ...permissions, allowedTokens: ['ETH'] }),
  (permissions) => ({ ...permissions, allowedDestinations: [] }),
  // Shorter, never new: naming a destination also vouches for it, which excuses that it is new.
  (permissions) =>
    permissions.allowedDestinations == null
      ? permissions
      : { ...permissions, allowedDestinations: permissions.allowedDestinations.slice(0, 1) },
  (permissions) => ({ ...permissions, allowedContracts: [] }),
  (permissions) => ({ ...permissions, allowedChains: ['eip155:1'] }),
  (permissions) => ({ ...permissions, limits: { ...permissions.limits, perTransaction: 1 } }),
  (permissions) => ({ ...permissions, limits: { ...permissions.limits, daily: '0.5' } }),
  (permissions) => ({ ...permissions, requireApprovalAbove: '0.5' }),
  (permissions) => ({ ...permissions, maxFee: 0 }),
  (permissions) => ({ ...permissions, capabilities: { ...permissions.capabilities, transfers: { enabled: false } } }),
  (permissions) => ({ ...permissions, capabilities: { ...permissions.capabilities, contracts: { enabled: true, readOnly: true } } }),
  (permissions) => ({ ...permissions, timeRestrictions: [{ startHour: 20, endHour: 21 }] }),
  (permissions) => ({ ...permissions, rules: [{ id: 'x', conditions: [{ field: 'amount', operator: 'gt', value: 1 }], action: 'deny' }] }),
  (permissions) => ({
    ...permissions,
    rules: [{ id: 'x', conditions: [{ field: 'isNewDestination', operator: 'eq', value: true }], action: 'escalate' }],
  }),
  (permissions) => ({ ...permissions, maxSpendPerTx: { token: 'ETH', amount: '0.7' } }),
];

const price = { price: { price: () => ({ numerator: 10n ** 12n, denominator: 2_000n, atMs: 0 }) } };
const verdictOf = async (permissions: Permissions, done: readonly Effect[], settings: Partial<JudgeSettings> = {}) =>
  judgeOnce({ policy: policyOf(permissions, BASE), request: foreign(), effects: done, over: price }, { settings });

describe('restrictions only restrict', () => {
  it('a stricter policy never turns a denial or escalation into less', async () => {
    let approved = 0;
    let tightened = 0;
    await fc.assert(
      fc.asyncProperty(loose, effects, fc.constantFrom(...RESTRICTIONS), async (permissions, done, restrict) => {
        const before = (await verdictOf(permissions, done)).verdict;
        const after = (await verdictOf(restrict(permissions), done)).verdict;
        if (before === 'approved') approved += 1;
        if (RANK[after] > RANK[before]) tightened += 1;
        expect(RANK[after]).toBeGreaterThanOrEqual(RANK[before]);
      }),
      { numRuns: 400 },
    );
    // The property says something only where both kinds occur.
    expect(approved).toBeGreaterThan(5);
    expect(tightened).toBeGreaterThan(5);
  });

  it('a caller’s own narrowing never loosens', async () => {
    await fc.assert(
      fc.asyncProperty(
        effects,
        fc.record({
          maxAmount: fc.bigInt({ min: 0n, max: ether('5') }),
          requireApproval: fc.boolean(),
          allowedDestinations: fc.subarray([BOB, EVE, ROUTER]),
          maxFee: fc.bigInt({ min: 0n, max: 2n * 10n ** 12n }),
        }),
        async (done, narrow) => {
          const permissions: Permissions = {
            ...OPEN,
            allowedDestinations: undefined,
            allowedContracts: [{ address: ROUTER, selectors: ['0x12345678'] }],
          };
          const before = await judgeOnce({ policy: policyOf(permissions), request: foreign(), effects: done, over: price });
          const after = await judgeOnce({ policy: policyOf(permissions), request: foreign({ narrow }), effects: done, over: price });
          expect(RANK[after.verdict]).toBeGreaterThanOrEqual(RANK[before.verdict]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('stricter settings never loosen', async () => {
    const stricter: readonly Partial<JudgeSettings>[] = [
      { requireIntentValidation: true },
      { minConfidence: 0.5 },
      { maxRiskScore: 10 },
      { intentValidator: { validate: () => ({ valid: false, confidence: 1, reasoning: 'no', warnings: [] }) } },
      { strategyValidator: { validate: () => ({ valid: true, confidence: 1, reasoning: '', warnings: [] }) } },
    ];
    await fc.assert(
      fc.asyncProperty(effects, fc.constantFrom(...stricter), async (done, settings) => {
        const permissions: Permissions = { ...OPEN, allowedDestinations: undefined };
        expect(RANK[(await verdictOf(permissions, done, settings)).verdict]).toBeGreaterThanOrEqual(
          RANK[(await verdictOf(permissions, done)).verdict],
        );
      }),
      { numRuns: 100 },
    );
  });

  it('approves with eight passes alone, and one more effect never helps', async () => {
    await fc.assert(
      fc.asyncProperty(loose, effects, effect, async (permissions, done, more) => {
        const before = await verdictOf(permissions, done);
        expect(before.verdict === 'approved').toBe(
          before.reports.length === 8 && before.reports.every(({ passed, verdict }) => passed && verdict === 'pass'),
        );
        expect(before.reports.map(({ layer }) => layer)).toEqual([...LAYERS]);
        const after = await verdictOf(permissions, [...done, more]);
        const nothing = done.every(({ kind }) => kind === 'fee');
        if (!nothing) expect(RANK[after.verdict]).toBeGreaterThanOrEqual(RANK[before.verdict]);
      }),
      { numRuns: 200 },
    );
  });
});
