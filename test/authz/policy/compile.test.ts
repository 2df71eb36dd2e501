import { describe, expect, it } from 'vitest';
import { compilePolicy, policyAnd, policyLeaf } from '../../../src/authz/index.ts';
import { type AssetId, isCastellanError, type Token } from '../../../src/core/index.ts';
import { BASE, BOB, ETH, EVE, OPEN, ROUTER, TOKENS } from '../fixture.ts';

const compiled = (permissions: object, tokens: readonly Token[] = TOKENS, base = BASE) => compilePolicy(permissions, tokens, base);
const failed = (...given: Parameters<typeof compiled>) => {
  try {
    compiled(...given);
  } catch (error) {
    if (isCastellanError(error)) return error;
    throw error;
  }
  return undefined;
};
const problemsOf = (...given: Parameters<typeof compiled>): unknown => failed(...given)?.details['problems'] ?? [];
const POL: Token = { asset: 'eip155:137/slip44:966' as AssetId, symbol: 'POL', decimals: 18 };
const TON: Token = { asset: 'ton:-239/slip44:607' as AssetId, symbol: 'TON', decimals: 9 };

describe('a policy that says nothing', () => {
  it('compiles to what holds for all of them', () => {
    const { rules: _, index: __, ofAmounts: ___, digest: ____, unitCap: _____, ...rest } = compiled({});
    expect(rest).toEqual({
      tokens: new Map(TOKENS.map((token) => [token.asset, token])),
      unit: { id: ETH, decimals: 18 },
      assetCaps: new Map(),
      caps: [],
      rate: { maxPerMinute: null, maxPerHour: 10, maxPerDay: null, burst: null, cooldownMs: 60_000, perUser: null },
      contracts: new Map(),
      protocols: new Set(),
      deployments: new Set(),
      delegates: new Set(),
      spenders: new Set(),
      destinations: new Set(),
      named: [],
      unlimitedAllowances: false,
      strategies: new Map(),
      hours: [],
      operationBounds: [],
      maxSlippage: null,
      tree: null,
      temporal: [],
      gasBuffer: null,
      maxFee: null,
      requireSimulation: true,
      simulationStalenessMs: 30_000,
      approvalTimeoutMs: null,
      approvalQuorums: [],
      readsValue: false,
      readsCode: false,
      maxTrust: 'message',
    });
  });
});

describe('a policy that says much', () => {
  it('compiles each part of it', () => {
    const pins = { codeHash: `0x${'AB'.repeat(32)}`, implementation: BOB, admin: BOB, owner: EVE };
    const policy = compiled({
      capabilities: { trading: { enabled: true, maxSlippage: 0.0125 }, approvals: { enabled: true, unlimited: true, spenders: [BOB] } },
      allowedDestinations: [EVE, BOB],
      allowedContracts: [
        { address: ROUTER, selectors: ['0xAABBCCDD'], expiresAt: '2026-01-01T00:00:00Z', ...pins },
        { address: ROUTER, expiresAt: 5, capability: 'staking', operation: 'stake' },
      ],
      allowedProtocols: ['aave'],
      allowedDeployments: ['ab'.repeat(32)],
      allowedDelegates: [BOB],
      timeRestrictions: [{ timezone: 'UTC' }, { timezone: 'Europe/Berlin', startHour: 5 }, {}],
      requireSimulation: false,
      simulationStalenessMs: 7,
      humanApprovalTimeoutMs: 9,
      gasBufferMultiplier: 1.2,
      maxFee: '0.01',
      maxTrust: 'tool',
      requireApprovalAbove: 5,
    });
    const entry = { selectors: null, expiresAtMs: null, capability: null, operation: null, pins: null };
    expect([...policy.contracts]).toEqual([
      [
        ROUTER,
        [
          {
            ...entry,
            selectors: new Set(['aabbccdd']),
            expiresAtMs: Date.UTC(2026, 0, 1),
            pins: { codeHash: 'ab'.repeat(32), implementation: BOB, admin: BOB, owner: EVE },
          },
          { ...entry, expiresAtMs: 5, capability: 'staking', operation: 'stake' },
        ],
      ],
    ]);
    expect(policy).toMatchObject({
      protocols: new Set(['aave']),
      deployments: new Set(['ab'.repeat(32)]),
      delegates: new Set([BOB]),
      spenders: new Set([BOB]),
      destinations: new Set([EVE, BOB]),
      named: [EVE, BOB, ROUTER],
      unlimitedAllowances: true,
      maxSlippage: 12_500n,
      requireSimulation: false,
      simulationStalenessMs: 7,
      approvalTimeoutMs: 9,
      gasBuffer: 1_200_000n,
      maxFee: 10n ** 16n,
      maxTrust: 'tool',
      readsValue: true,
    });
    const always = { type: 'allow', daysOfWeek: [0, 1, 2, 3, 4, 5, 6], startHour: 0, endHour: 24 };
    expect(policy.hours).toStrictEqual([always, { ...always, startHour: 5, timeZone: 'Europe/Berlin' }, always]);
  });

  it('rounds the multiplier of gas up to a millionth, and not for how it is written', () => {
    expect([1.2, 1.1, 1, 1.0000001, 1.15, 10].map((gasBufferMultiplier) => compiled({ gasBufferMultiplier }).gasBuffer)).toEqual([
      1_200_000n,
      1_100_000n,
      1_000_000n,
      1_000_001n,
      1_150_000n,
      10_000_000n,
    ]);
  });

  it('knows what it reads', () => {
    const reading = (field: string, operator: string, value: unknown) =>
      compiled({ rules: [{ id: 'r', conditions: [{ not: { any: [{ field, operator, value }] } }], action: 'deny' }] });
    expect(reading('value', 'gt', 1)).toMatchObject({ readsValue: true, readsCode: false });
    expect(reading('destinationCodeHash', 'eq', 'ab'.repeat(32))).toMatchObject({ readsValue: false, readsCode: true });
    const leaf = (fields: object) => compiled({ ...OPEN, policy: policyAnd([policyLeaf(fields as never)]) });
    expect(leaf({ requireApprovalAbove: 1 })).toMatchObject({ readsValue: true, readsCode: false });
    expect(
      leaf({ rules: [{ id: 'r', conditions: [{ field: 'destinationCodeHash', operator: 'exists', value: true }], action: 'deny' }] }),
    ).toMatchObject({
      readsCode: true,
    });
  });

  it('is as strict about the transaction as its strictest leaf', () => {
    const leaves = (...fields: readonly object[]) => policyAnd(fields.map((one, at) => policyLeaf(one as never, `l${at}`)));
    const of = (own: object, ...fields: readonly object[]) =>
      compiled({ ...OPEN, ...own, policy: leaves({ chains: ['eip155:1'] }, ...fields) });
    expect(of({ gasBufferMultiplier: 1.5 }, { gasBufferMultiplier: 1.2 }, { gasBufferMultiplier: 1.4 }).gasBuffer).toBe(1_500_000n);
    expect(of({}, { gasBufferMultiplier: 1.2 }, { gasBufferMultiplier: 1.1 }).gasBuffer).toBe(1_200_000n);
    expect(of({ gasBufferMultiplier: 1.1 }, { gasBufferMultiplier: 1.3 }).gasBuffer).toBe(1_300_000n);
    expect(of({ simulationStalenessMs: 5 }, { simulationStalenessMs: 9 }).simulationStalenessMs).toBe(5);
    expect(of({ simulationStalenessMs: 9 }, { simulationStalenessMs: 5 }).simulationStalenessMs).toBe(5);
    expect(of({ humanApprovalTimeoutMs: 9 }, { humanApprovalTimeoutMs: 5 }).approvalTimeoutMs).toBe(5);
    expect(of({}, { humanApprovalTimeoutMs: 5 }).approvalTimeoutMs).toBe(5);
    expect(of({ humanApprovalTimeoutMs: 9 }).approvalTimeoutMs).toBe(9);
    expect(of({}).approvalTimeoutMs).toBeNull();
  });
});

describe('rules of one’s own', () => {
  const rules = (...given: readonly object[]) => compiled({ rules: given });
  const own = (policy: ReturnType<typeof rules>) => policy.rules.filter(({ id }) => ['a', 'b', 'c', 'd'].includes(id));
  it('carry what they ask for, what they are called, and their code', () => {
    const when = [{ field: 'asset', operator: 'in', value: [ETH] }];
    const conditions = [{ field: 'asset', operator: 'in', value: ['ETH'] }];
    const found = own(
      rules(
        { id: 'a', conditions, action: 'deny' },
        { id: 'b', name: 'Named', conditions, action: 'escalate', priority: 2 },
        { id: 'c', conditions: [], action: 'require_approval', priority: 3 },
        { id: 'd', conditions: [], action: 'allow', priority: 1 },
      ),
    );
    const eq = [{ ...when[0], operator: 'eq', value: ETH }];
    expect(found).toEqual([
      { id: 'c', when: [], then: 'escalate', label: 'c', priority: 3, code: 'policy_rule_escalated' },
      { id: 'b', when: eq, then: 'escalate', label: 'Named', priority: 2, code: 'policy_rule_escalated' },
      { id: 'd', when: [], then: 'allow', label: 'd', priority: 1, code: 'policy_no_match' },
      { id: 'a', when: eq, then: 'deny', label: 'a', priority: 0, code: 'policy_rule_denied' },
    ]);
  });

  it('are each there once, and none of them is one of the policy’s', () => {
    expect(
      problemsOf({
        rules: [
          { id: 'a', conditions: [], action: 'deny' },
          { id: 'a', conditions: [], action: 'allow' },
        ],
      }),
    ).toEqual(['rules[1].id: a is there twice']);
    expect(problemsOf({ rules: [{ id: 'effects.call', conditions: [], action: 'deny' }] })).toEqual([
      'rules[0].id: effects.call is there twice',
    ]);
    expect(problemsOf({ rules: [{ id: 'a', conditions: [{ field: 'colour', operator: 'eq', value: 1 }], action: 'deny' }] })).toEqual([
      expect.stringMatching(/^rules\[0\]\.conditions\[0\]\.field: colour is none of /),
    ]);
  });

  it('that bound amounts are put to the fee, too, unless they allow', () => {
    const ids = (action: string) =>
      JSON.stringify(
        compiled({ rules: [{ id: 'a', conditions: [{ field: 'amount', operator: 'gt', value: 1 }], action }] }).ofAmounts,
        (key, value) =>
          value instanceof Map ? [...value] : typeof value === 'bigint' ? String(value) : key === 'read' ? undefined : value,
      ).includes('"a"');
    expect([ids('deny'), ids('escalate'), ids('allow')]).toEqual([true, true, false]);
  });
});

describe('what is wrong with a policy', () => {
  it('is told all at once, each of it once', () => {
    const error = failed({ allowedTokens: ['NOPE', 'NOPE'], allowedDestinations: ['x'], chains: ['eip155:1'] });
    expect(error).toMatchObject({ code: 'POLICY_INVALID' });
    expect(error?.details['problems']).toEqual([
      'allowedDestinations[0]: no account of a known chain',
      'allowedTokens[0]: no token on the list is called NOPE',
      'allowedTokens[1]: no token on the list is called NOPE',
    ]);
    expect(error?.shortMessage).toMatch(
      /^The policy has 3 wrong field\(s\): allowedDestinations\[0\]: .*; allowedTokens\[0\]: .*; allowedTokens\[1\]: /,
    );
    expect(problemsOf(null as never)).toEqual([expect.stringContaining('expected object')]);
  });

  it('is text that has no one spelling', () => {
    const rule = { id: 'a', name: '\ud800', conditions: [], action: 'deny' };
    expect(problemsOf({ rules: [rule] })).toEqual(['permissions: hold a text that is no well-formed Unicode, or a list with gaps']);
  });

  it('is a pin that names nobody, or a contract of an unknown chain', () => {
    const contract = (entry: object) => problemsOf({ allowedContracts: [{ address: BOB }, { address: ROUTER, ...entry }] });
    for (const name of ['implementation', 'admin', 'owner'])
      expect(contract({ [name]: 'x' })).toEqual([expect.stringMatching(new RegExp(`^allowedContracts\\[1\\]\\.${name}: `))]);
    expect(contract({ address: 'x' })).toEqual(['allowedContracts[1].address: no account of a known chain']);
    expect(contract({ address: '0x12', chain: 'eip155:1' })).toEqual([expect.stringMatching(/^allowedContracts\[1\]\.address: /)]);
    expect(contract({ address: ROUTER.slice(9), chain: 'eip155:1' })).toEqual([]);
  });

  it('is a fee in coins of several kinds', () => {
    const unit = { limits: { unit: 'ETH' } };
    expect(problemsOf({ ...unit, maxFee: 1 }, [...TOKENS, TON])).toEqual(['maxFee: the native coins differ in decimals']);
    expect(problemsOf(unit, [...TOKENS, TON])).toEqual([]);
    expect(compiled({ ...unit, maxFee: 1 }, [...TOKENS, POL]).maxFee).toBe(10n ** 18n);
    expect(compiled({ maxFee: 1, chains: ['ton:-239'], limits: { unit: 'TON' } }, [TON, ...TOKENS]).maxFee).toBe(10n ** 9n);
    expect(problemsOf({ maxFee: '0.0000000000000000001' })).toEqual(['maxFee: more decimals than the unit has']);
  });

  it('is a strategy of the deployment that is none', () => {
    const base = { ...BASE, strategies: [{ id: 's', maxSlippage: 2 }] };
    expect(problemsOf({}, TOKENS, base)).toEqual([expect.stringMatching(/^base\.strategies: maxSlippage: /)]);
    expect(compiled({ strategies: [{ id: 't' }] }, TOKENS, { ...BASE, strategies: [{ id: 's' }] }).strategies).toMatchObject(
      new Map([
        ['s', { id: 's' }],
        ['t', { id: 't' }],
      ]),
    );
  });
});
