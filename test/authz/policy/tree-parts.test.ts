import { describe, expect, it } from 'vitest';
import { type LeafPolicy, type PolicyTree, policyAnd, policyLeaf, policyOr } from '../../../src/authz/index.ts';
import { isCastellanError } from '../../../src/core/index.ts';
import { BOB, CHAIN, ETH, EVE, ether, fee, foreign, judgeOnce, OPEN, policyOf, ROUTER, send, USDC, WALLET } from '../fixture.ts';
import { policyReasons } from './judged-policy.ts';

const around = (policy: unknown, over: object = {}) =>
  policyOf({ ...OPEN, allowedDestinations: [BOB, EVE], allowedContracts: [{ address: ROUTER }], ...over, policy: policy as PolicyTree });
const judged = (policy: PolicyTree, effects = [fee(), send(ether('1'))], over: object = {}) =>
  judgeOnce({ policy: around(policy, over), effects, request: foreign({ type: 'transaction' }) });
const told = async (...given: Parameters<typeof judged>) =>
  policyReasons(await judged(...given)).map(({ code, rule }) => `${rule}: ${code}`);
const problemsOf = (policy: unknown): unknown => {
  try {
    around(policy);
    return [];
  } catch (error) {
    return isCastellanError(error) ? error.details['problems'] : error;
  }
};
const leaf = (fields: unknown, label?: string) => policyLeaf(fields as LeafPolicy, label);
const small = leaf({ maxSpendPerTx: { token: 'ETH', amount: '1' } }, 'small');
const asks = leaf({ requireApproval: true }, 'asks');
const away = leaf({ allowedChains: [] }, 'away');

describe('a tree as it is written', () => {
  it('has a label only where one is given', () => {
    expect(policyAnd([small])).toStrictEqual({ allOf: [small] });
    expect(policyOr([])).toStrictEqual({ anyOf: [] });
    expect(policyLeaf({ chains: [] })).toStrictEqual({ leaf: { chains: [] } });
    expect([policyAnd([], 'a'), policyOr([], 'b'), policyLeaf([], 'c')]).toStrictEqual([
      { allOf: [], label: 'a' },
      { anyOf: [], label: 'b' },
      { leaf: [], label: 'c' },
    ]);
  });

  it('calls parts without a label by their kind and place', async () => {
    const found = await judged(policyAnd([policyOr([leaf({ allowedChains: [CHAIN] })]), leaf({ allowedChains: [CHAIN] })]));
    expect(found.facts['policy.tree']).toMatchObject({ decided: ['allOf-1/anyOf-1/leaf-1', 'allOf-1/leaf-2'] });
  });

  it('has as many as 64 nodes', () => {
    const of = (count: number) => policyAnd(Array.from({ length: count }, (_, at) => leaf({ chains: [] }, `l${at}`)));
    expect(problemsOf(of(63))).toEqual([]);
    expect(problemsOf(of(64))).toEqual(['policy: a tree has at most 64 nodes']);
  });

  it('names what is wrong by its place', () => {
    expect(problemsOf({ label: 'x' })).toEqual(['policy: must be one of allOf, anyOf or leaf, and may have a label']);
    expect(problemsOf(policyAnd([small, policyOr([null as never])]))).toEqual([
      'policy.allOf[1].anyOf[0]: must be one of allOf, anyOf or leaf, and may have a label',
    ]);
    expect(problemsOf({ leaf: null })).toEqual(['policy.leaf: says nothing']);
    expect(problemsOf(leaf({ allowedChains: undefined }))).toEqual(['policy.leaf: says nothing']);
    expect(problemsOf(leaf({ allowedChains: [], allowedTokens: undefined, limits: undefined }))).toEqual([]);
    expect(problemsOf(leaf({ capabilities: 5 }))).toEqual([expect.stringMatching(/^policy\.leaf\.capabilities: /)]);
    expect(problemsOf(leaf({ allowedContracts: 'x' }))).toEqual([expect.stringMatching(/^policy\.leaf\.allowedContracts: /)]);
    expect(problemsOf({ allOf: [], label: 5 })).toEqual(['policy.label: must be 1–64 letters, digits, _ . - or spaces']);
  });
});

describe('a leaf', () => {
  it('of rules that allow nothing themselves goes by the capabilities around it', async () => {
    const none = { id: 'none', conditions: [{ field: 'amount', operator: 'gt', value: '5' }], action: 'deny' };
    expect((await judged(leaf([none]))).verdict).toBe('approved');
    expect(await told(leaf([{ ...none, action: 'allow' }], 'l'))).toEqual(['policy.l: policy_no_match']);
    expect(await told(leaf({ capabilities: { contracts: { enabled: true } } }, 'l'))).toEqual(['policy.l: policy_no_match']);
  });

  it('keeps its facts apart by its path', async () => {
    const when = (field: string, value: unknown, more: object = {}) => ({
      conditions: [{ field, operator: 'eq', value, ...more }],
      action: 'escalate',
    });
    const rules = [
      { id: 'new', ...when('isNewDestination', true) },
      { id: 'late', ...when('hour', 3, { timeZone: 'Europe/Berlin' }) },
      { id: 'much', conditions: [{ field: 'exposure', operator: 'gt', value: '19' }], action: 'deny' },
    ];
    const { facts } = await judged(policyAnd([leaf({ rules }, 'one')], 'all'));
    expect(Object.keys(facts)).toEqual(
      expect.arrayContaining([`policy.all/one.destination.new.${BOB}`, 'policy.all/one.time.offset.Europe/Berlin']),
    );
    expect(facts).not.toHaveProperty(`destination.new.${BOB}`);
  });

  it('lets a transaction pass that only keeps another one from landing, as the policy around it does', async () => {
    const cancel = [fee(), send(0n, WALLET)];
    const known = leaf({ allowedDestinations: [BOB] }, 'known');
    const judgedIn = async (isCancel: boolean) => {
      const over = { place: { isCancel, lines: [] } } as never;
      return policyReasons(await judgeOnce({ policy: around(known), effects: cancel, request: foreign({ type: 'transaction' }), over }));
    };
    expect(await judgedIn(true)).toEqual([]);
    expect((await judgedIn(false)).map(({ rule }) => rule)).toEqual(['destinations', 'policy.known:destinations']);
  });

  it('says no more than two reasons against, and none of what it would ask', async () => {
    const rules = ['a', 'b', 'c'].map((id) => ({ id, conditions: [], action: 'deny' }));
    const found = await judged(leaf({ rules, requireApproval: true }, 'l'));
    expect(policyReasons(found).map(({ rule }) => rule)).toEqual(['policy.l:a', 'policy.l:b']);
    expect(found.facts['policy.tree']).toEqual({ verdict: 'deny', decided: ['l'], leaves: [{ leaf: 'l', verdict: 'deny', rule: 'a' }] });
  });

  it('asks once for each code', async () => {
    const rules = [
      { id: 'x', conditions: [], action: 'escalate' },
      { id: 'y', conditions: [], action: 'require_approval' },
    ];
    const found = await told(leaf({ rules, requireApproval: true, requireApprovalAbove: '0.1' }, 'l'));
    expect(found.toSorted()).toEqual(['policy.l:requireApprovalAbove: approval_required', 'policy.l:x: policy_rule_escalated']);
  });
});

describe('parts joined', () => {
  it('ask a person where all agree and one of them asks', async () => {
    const found = await judged(policyAnd([small, asks], 'all'));
    expect(found.facts['policy.tree']).toMatchObject({ verdict: 'escalate', decided: ['all/asks'] });
    expect(await told(policyAnd([small, asks], 'all'))).toEqual(['policy.all/asks:requireApproval: approval_required']);
  });

  it('name only those that decide', async () => {
    expect((await judged(policyAnd([small, asks, away], 'all'))).facts['policy.tree']).toMatchObject({
      verdict: 'deny',
      decided: ['all/away'],
    });
    expect((await judged(policyOr([away, asks, small], 'any'))).facts['policy.tree']).toMatchObject({
      verdict: 'allow',
      decided: ['any/small'],
    });
  });

  it('that are empty deny by their path', async () => {
    expect(await told(policyAnd([small, policyOr([], 'none')], 'all'))).toEqual(['policy.all/none: policy_no_match']);
    expect((await judged(policyAnd([], 'all'))).facts['policy.tree']).toEqual({ verdict: 'deny', decided: ['all'], leaves: [] });
    // An empty part says nothing that an answered question could excuse.
    expect(await told(policyOr([policyAnd([asks, policyOr([], 'none')], 'in')], 'any'))).toContain('policy.any/in/none: policy_no_match');
  });

  it('judge each coin of a transaction, whichever leaf lists it', async () => {
    const tokens = (list: readonly string[], label: string) => leaf({ allowedTokens: list }, label);
    const both = [fee(), send(ether('1')), send(5n, BOB, USDC, '1')];
    expect((await judged(policyOr([tokens(['ETH'], 'a'), tokens(['USDC'], 'b')]), both)).verdict).toBe('denied');
    expect((await judged(policyOr([tokens(['ETH', 'USDC'], 'a')]), [fee(), send(ether('1'), BOB, ETH, '0', WALLET)])).verdict).toBe(
      'approved',
    );
  });
});
