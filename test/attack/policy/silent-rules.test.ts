import { describe, expect, it } from 'vitest';
import { type Permissions, policyLeaf, policyOr } from '../../../src/authz/index.ts';
import { createFixedPrices, type Effect } from '../../../src/core/index.ts';
import { validateConfig } from '../../../src/manager/policies/validate-config.ts';
import { BASE, BOB, ETH, EVE, fee, foreign, judgeOnce, OPEN, policyOf, ROUTER, send, USDC, WALLET } from '../../authz/fixture.ts';

const compiles = (more: object): boolean => {
  try {
    policyOf({ ...OPEN, ...more } as Permissions);
    return true;
  } catch (error) {
    expect((error as { code: string }).code).toBe('POLICY_INVALID');
    return false;
  }
};
const argument = (operator: string, value: unknown) => ({
  rules: [{ id: 'own', action: 'deny', conditions: [{ field: 'args.amount', operator, value }] }],
});

describe('a rule that would never match', () => {
  it('is refused where its constant is a number in another notation, which as text equals nothing', () => {
    const odd = ['1e21', '１０', ' 10', '10 ', '+10', '010', '-0', '1_000', '1,000', '.5', '1.5', '00'];
    for (const value of odd) {
      expect(compiles(argument('eq', value)), value).toBe(false);
      expect(compiles(argument('in', [value])), value).toBe(false);
    }
    for (const value of ['10', 10, '-10', '0', '9'.repeat(78), '0x10', 'ten', '10 apples', '2030-01-01', ''])
      expect(compiles(argument('eq', value)), String(value)).toBe(true);
    for (const value of odd) expect(compiles(argument('matches', value)), value).toBe(true);
  });

  it('is refused where its constant is an address with a wrong checksum', () => {
    const right = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
    expect(compiles(argument('eq', right))).toBe(true);
    expect(compiles(argument('eq', right.replace('aA', 'AA')))).toBe(false);
    expect(compiles(argument('eq', right.toLowerCase()))).toBe(true);
    expect(compiles(argument('eq', `EQ${'Aa'.repeat(23)}`))).toBe(false);
  });
});

describe('a text that has no canonical form', () => {
  it('is a typed error, for whoever only looks through the policy as well', () => {
    const lone = { rules: [{ id: '\ud800', action: 'deny', conditions: [] }] };
    expect(compiles(lone)).toBe(false);
    expect(validateConfig({ ...OPEN, ...lone })).toMatchObject({ valid: false, errors: [{ path: 'permissions' }] });
    expect(compiles({ policy: { allOf: new Array(3) } })).toBe(false);
  });
});

describe('a leaf of a tree', () => {
  it('counts as what stands around it where it leaves a field undefined, and not as nothing', async () => {
    const price = createFixedPrices(USDC, { [ETH]: { price: '2000', decimals: 18 } }, { decimals: 6 });
    const around = { ...OPEN, limits: { unit: 'USDC', perTransaction: 9_000, daily: 9_000, weekly: 9_000, monthly: 9_000 } };
    const ask = async (leaf: object) => {
      const policy = policyOf(
        { ...around, policy: policyLeaf({ requireApprovalAbove: '100', ...leaf } as never, 'asks') } as Permissions,
        BASE,
      );
      return (await judgeOnce({ effects: [fee(), send(10n ** 17n)], policy, request: foreign({ type: 'transfer' }), over: { price } }))
        .verdict;
    };
    expect(await ask({})).toBe('escalated');
    // 200 USDC, read in the parts of a coin of 18 decimals, were next to nothing.
    expect(await ask({ limits: undefined })).toBe('escalated');
    expect(await ask({ capabilities: undefined, maxTrust: undefined })).toBe('escalated');
    expect(() => policyOf({ ...around, policy: policyOr([policyLeaf({ limits: undefined } as never)]) } as Permissions)).toThrow(
      /says nothing/,
    );
  });
});

describe('a leaf that asks for a simulation', () => {
  it('gets one, whatever stands around the tree, and one that says nothing asks for no fresher one', async () => {
    const around = (more: object, leaf: object = { chains: ['eip155:1'] }) =>
      policyOf({ ...OPEN, ...more, policy: policyLeaf(leaf as never, 'own') } as Permissions);
    const strict = around({ requireSimulation: false }, { requireSimulation: true });
    const settings = { enableSimulation: true, allowUnenforced: true };
    const judged = await judgeOnce({ policy: strict, over: { simulate: null } }, { settings });
    expect(judged.reasons[0]?.code).toBe('simulation_unavailable');
    expect(around({ requireSimulation: false }).requireSimulation).toBe(false);
    expect(around({}).requireSimulation).toBe(true);
    const stale = (own: object, leaf?: object): number => around(own, leaf).simulationStalenessMs;
    expect(stale({ simulationStalenessMs: 60_000 })).toBe(60_000);
    expect(stale({ simulationStalenessMs: 60_000 }, { simulationStalenessMs: 5_000 })).toBe(5_000);
    expect(stale({}, { simulationStalenessMs: 60_000 })).toBe(30_000);
  });
});

describe('what a caller permits itself', () => {
  it('names every one who gains, and a list of nobody permits nobody', async () => {
    const narrow = async (allowedDestinations: readonly (typeof BOB)[], effects = [fee(), send(1n)]) =>
      (await judgeOnce({ effects, request: foreign({ narrow: { allowedDestinations } }) })).verdict;
    expect(await narrow([BOB])).toBe('approved');
    for (const list of [[], [EVE], [ROUTER]]) expect(await narrow(list)).toBe('denied');
  });

  it('names the code that would stand for the wallet’s own, too', async () => {
    const policy = policyOf({ ...OPEN, allowedDelegates: [ROUTER] } as Permissions);
    const becomes: Effect = { kind: 'control', account: WALLET, aspect: 'code', to: ROUTER, leaf: '0', source: 'bytes' };
    const told = async (allowedDestinations: readonly (typeof BOB)[]) =>
      (await judgeOnce({ effects: [fee(), becomes], policy, request: foreign({ narrow: { allowedDestinations } }) })).verdict;
    expect([await told([ROUTER]), await told([BOB]), await told([])]).toEqual(['escalated', 'denied', 'denied']);
  });
});
