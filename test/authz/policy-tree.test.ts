import { describe, expect, it } from 'vitest';
import { type LeafPolicy, type PolicyTree, policyAnd, policyLeaf, policyOr } from '../../src/authz/index.ts';
import { isTightening } from '../../src/manager/policies/tightening.ts';
import { BOB, CHAIN, call, ETH, EVE, ether, fee, foreign, judgeOnce, OPEN, policyOf, ROUTER, send } from './fixture.ts';

const small = policyLeaf({ maxSpendPerTx: { token: 'ETH', amount: '1' } }, 'small');
const large = policyLeaf({ maxSpendPerTx: { token: 'ETH', amount: '5' }, requireApproval: true }, 'large');
const here = policyLeaf({ allowedChains: [CHAIN] }, 'here');
const away = policyLeaf({ allowedChains: [] }, 'away');
const around = (policy: PolicyTree, over: object = {}) =>
  policyOf({ ...OPEN, allowedDestinations: [BOB, EVE], allowedContracts: [{ address: ROUTER }], ...over, policy });
const judged = (policy: PolicyTree, effects = [fee(), send(ether('1'))], over: object = {}) =>
  judgeOnce({ policy: around(policy, over), effects, request: foreign({ type: 'transaction' }) });
const rules = ({ reasons }: Awaited<ReturnType<typeof judged>>) => reasons.map(({ rule }) => rule);

describe('a tree of policies', () => {
  const tiers = policyAnd([policyOr([small, large], 'tier'), here], 'treasury');

  it('lets pass what one of any and all of all agree with, and says which leaf decided', async () => {
    const found = await judged(tiers);
    expect(found.verdict).toBe('approved');
    expect(found.facts['policy.tree']).toMatchObject({
      verdict: 'allow',
      decided: ['treasury/tier/small', 'treasury/here'],
      leaves: [
        { leaf: 'treasury/tier/small', verdict: 'allow', rule: null },
        { leaf: 'treasury/tier/large', verdict: 'escalate', rule: 'requireApproval' },
        { leaf: 'treasury/here', verdict: 'allow', rule: null },
      ],
    });
  });

  it('asks a person where only a leaf that asks agrees', async () => {
    const found = await judged(tiers, [fee(), send(ether('2'))]);
    expect(found.verdict).toBe('escalated');
    expect(rules(found)).toEqual(['policy.treasury/tier/large:requireApproval']);
  });

  it('denies by the reasons of every leaf where none agrees', async () => {
    const found = await judged(tiers, [fee(), send(ether('6'))]);
    expect(found.verdict).toBe('denied');
    expect(found.reasons.map(({ code }) => code)).toEqual(['spend_exceeds_cap', 'spend_exceeds_cap']);
    expect(rules(found)).toEqual(['policy.treasury/tier/small:maxSpendPerTx', 'policy.treasury/tier/large:maxSpendPerTx']);
  });

  it('denies where one of all does', async () => {
    const found = await judged(policyAnd([small, away]));
    expect(found.reasons[0]).toMatchObject({ code: 'chain_not_allowed', rule: 'policy.allOf-1/away:allowedChains' });
  });

  it('denies by an empty part, alone, within all, and as the only one of any', async () => {
    for (const tree of [policyAnd([]), policyOr([]), policyAnd([small, policyAnd([])]), policyOr([policyOr([])])]) {
      const found = await judged(tree);
      expect(found.verdict).toBe('denied');
      expect(found.reasons[0]?.code).toBe('policy_no_match');
    }
    expect((await judged(policyOr([policyAnd([]), small]))).verdict).toBe('approved');
  });

  it('has each leaf judge all of a transaction: half by one and half by another is neither', async () => {
    const bob = policyLeaf({ allowedDestinations: [BOB] }, 'bob');
    const eve = policyLeaf({ allowedDestinations: [EVE] }, 'eve');
    const both = [fee(), send(ether('1'), BOB), send(ether('1'), EVE, ETH, '1')];
    expect((await judged(policyOr([bob, eve]), both)).verdict).toBe('denied');
    expect((await judged(policyOr([bob, eve]), both.slice(0, 2))).verdict).toBe('approved');
  });

  it('narrows what stands around it, and widens nothing', async () => {
    const wide = policyLeaf({ allowedContracts: [{ address: EVE }], capabilities: { contracts: { enabled: true } } }, 'wide');
    expect((await judged(wide, [fee(), call(EVE)])).verdict).toBe('denied');
    expect((await judged(policyLeaf({ allowedChains: [CHAIN] }), [fee(), call(ROUTER)])).verdict).toBe('approved');
    expect((await judged(policyLeaf({ allowedContracts: [{ address: EVE }] }), [fee(), call(ROUTER)])).verdict).toBe('denied');
  });

  it('takes rules alone for a leaf, and then nothing but what they allow passes', async () => {
    const rule = (value: string) => [{ id: 'few', conditions: [{ field: 'amount', operator: 'lte', value }], action: 'allow' as const }];
    expect((await judged(policyLeaf(rule('1')))).verdict).toBe('approved');
    expect((await judged(policyLeaf(rule('0.5')))).verdict).toBe('denied');
  });

  it('takes the strictest of what leaves say about the transaction as a whole', () => {
    const leaf = (gasBufferMultiplier: number, humanApprovalTimeoutMs: number, simulationStalenessMs: number) =>
      policyLeaf(
        { gasBufferMultiplier, humanApprovalTimeoutMs, simulationStalenessMs, requireSimulation: true },
        `l${gasBufferMultiplier}`,
      );
    const { gasBuffer, approvalTimeoutMs, simulationStalenessMs } = around(policyOr([leaf(1.1, 9_000, 700), leaf(1.3, 8_000, 900)]));
    expect({ gasBuffer, approvalTimeoutMs, simulationStalenessMs }).toEqual({
      gasBuffer: 1_300_000n,
      approvalTimeoutMs: 8_000,
      simulationStalenessMs: 700,
    });
  });

  it('is refused where it is none, too deep, too large, or says what only the policy around it can', () => {
    const nest = (depth: number): PolicyTree => (depth === 0 ? small : policyAnd([nest(depth - 1)]));
    const leaf = (fields: object) => policyLeaf(fields as LeafPolicy);
    expect(() => around(nest(7))).not.toThrow();
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [{}, /must be one of allOf, anyOf or leaf/],
      [{ allOf: [], anyOf: [] }, /must be one of/],
      [{ allOf: [], colour: 'red' }, /must be one of/],
      [{ allOf: 'x' }, /must be a list/],
      [{ leaf: {} }, /says nothing/],
      [{ allOf: [], label: 'a/b' }, /label/],
      [policyAnd([small, small]), /same label/],
      [nest(8), /levels deep/],
      [policyAnd(Array.from({ length: 64 }, (_, at) => policyLeaf({ chains: [] }, `l${at}`))), /at most 64 nodes/],
      [leaf({ limits: { daily: 1 } }), /limits: stands beside the tree/],
      [leaf({ temporalRules: [] }), /temporalRules: stands beside/],
      [leaf({ requireSimulation: false }), /can do without/],
      [leaf({ capabilities: { trading: { enabled: true, maxSlippage: 0.1 } } }), /maxSlippage: stands beside/],
      [leaf({ allowedContracts: [{ address: ROUTER, owner: BOB }] }), /made of stands beside/],
      [leaf({ allowedTokens: ['NOPE'] }), /leaf\.allowedTokens\[0\]/],
    ];
    for (const [tree, message] of wrong) expect(() => around(tree as PolicyTree), String(message)).toThrow(message);
  });

  it('is tightened by more of all, fewer of any and stricter leaves, and by nothing else', () => {
    const tightens = (before: PolicyTree | undefined, after: PolicyTree | undefined): boolean => {
      const of = (tree: PolicyTree | undefined) => (tree === undefined ? policyOf({ ...OPEN }) : policyOf({ ...OPEN, policy: tree }));
      return isTightening(of(before), of(after));
    };
    const tighter = policyLeaf({ maxSpendPerTx: { token: 'ETH', amount: '0.5' } }, 'small');
    expect(tightens(undefined, small)).toBe(true);
    expect(tightens(small, undefined)).toBe(false);
    expect(tightens(small, tighter)).toBe(true);
    expect(tightens(tighter, small)).toBe(false);
    expect(tightens(policyAnd([small], 'x'), policyAnd([small, here], 'x'))).toBe(true);
    expect(tightens(policyAnd([small, here], 'x'), policyAnd([small], 'x'))).toBe(false);
    expect(tightens(policyOr([small, here], 'x'), policyOr([small], 'x'))).toBe(true);
    expect(tightens(policyOr([small], 'x'), policyOr([small, here], 'x'))).toBe(false);
    expect(tightens(policyAnd([], 'x'), policyAnd([small], 'x'))).toBe(false);
    expect(tightens(policyOr([], 'x'), policyOr([small], 'x'))).toBe(false);
    expect(tightens(policyAnd([small], 'x'), policyOr([small], 'x'))).toBe(false);
  });
});
