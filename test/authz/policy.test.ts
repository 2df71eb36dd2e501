import { describe, expect, it } from 'vitest';
import { compilePolicy, DEFAULT_POLICY_BASE, DEFAULT_TEMPLATES, type Permissions } from '../../src/authz/index.ts';
import { isCastellanError, type Token } from '../../src/core/index.ts';
import { BASE, BOB, ether, fee, foreign, judgeOnce, OPEN, policyOf, ROUTER, send, TOKENS, type USDC } from './fixture.ts';

const problemsOf = (permissions: unknown, tokens: readonly Token[] = TOKENS, base = BASE): readonly string[] => {
  try {
    compilePolicy(permissions, tokens, base);
  } catch (error) {
    if (isCastellanError(error) && error.code === 'POLICY_INVALID') return error.details['problems'] as readonly string[];
    throw error;
  }
  return [];
};
const ruled = (field: string, operator: string, value: unknown, action = 'deny'): Permissions => ({
  ...OPEN,
  rules: [{ id: 'r', conditions: [{ field, operator, value } as never], action: action as never }],
});
const verdictOf = async (permissions: Permissions, amount = '1'): Promise<string> =>
  (await judgeOnce({ policy: policyOf(permissions), request: foreign(), effects: [fee(), send(ether(amount))] })).verdict;

describe('compiling', () => {
  it('names every wrong field at once', () => {
    const problems = problemsOf({
      allowedTokens: ['NOPE'],
      allowedDestinations: ['0x12'],
      chains: ['nowhere'],
      limits: { unit: 'USDC', perTransaction: '0.0000001' },
      rules: [
        {
          id: 'a',
          conditions: [
            { field: 'colour', operator: 'eq', value: 1 },
            { field: 'amount', operator: 'like', value: 1 },
            { field: 'amount', operator: 'gt', value: '1e3' },
          ],
          action: 'deny',
        },
        {
          id: 'a',
          conditions: [
            { field: 'destination', operator: 'gt', value: BOB },
            { field: 'isNewDestination', operator: 'eq', value: 'yes' },
          ],
          action: 'deny',
        },
      ],
    });
    for (const part of [
      'allowedTokens[0]',
      'allowedDestinations[0]',
      'chains',
      'limits.perTransaction',
      'rules[0].conditions[0].field',
      'rules[0].conditions[1].operator',
      'rules[0].conditions[2].value',
      'rules[1].id',
      'rules[1].conditions[0].operator',
      'rules[1].conditions[1].value',
    ]) {
      expect(
        problems.some((problem) => problem.startsWith(part)),
        `${part} in ${problems.join(' | ')}`,
      ).toBe(true);
    }
  });

  it.each([
    [{ colour: 1 }],
    [{ limits: { perTransaction: 1.5 } }],
    [{ limits: { daily: -1 } }],
    [{ limits: { daily: 2 ** 53 } }],
    [{ limits: { daily: '1e3' } }],
    [{ limits: { daily: Number.NaN } }],
    [{ capabilities: { transfers: { enabled: 'true' } } }],
    [{ capabilities: { flying: { enabled: true } } }],
    [{ allowedContracts: [{ address: ROUTER, selectors: ['0x1234'] }] }],
    [{ limits: { assets: { USDC: { perTransaction: 1 } } } }],
    [{ strategies: [{ id: 's', operations: ['fly'] }] }],
    [{ timeRestrictions: [{ startHour: 5, endHour: 5 }] }],
    [null],
    ['all'],
    [[]],
  ])('refuses %j', (permissions) => {
    expect(problemsOf(permissions).length).toBeGreaterThan(0);
  });

  it('refuses a symbol that two tokens of a chain share', () => {
    const twice = [
      ...TOKENS,
      { asset: 'eip155:1/erc20:0x1111111111111111111111111111111111111111' as typeof USDC, symbol: 'USDC', decimals: 6 },
    ];
    expect(problemsOf({ allowedTokens: ['USDC'] }, twice)).toEqual([expect.stringContaining('several tokens')]);
  });

  it('has a digest of everything that was compiled, and of nothing else', () => {
    const digest = (permissions: Permissions, base = BASE, tokens = TOKENS): string => compilePolicy(permissions, tokens, base).digest;
    expect(digest(OPEN)).toBe(digest({ ...OPEN }));
    expect(digest(OPEN)).toMatch(/^[0-9a-f]{64}$/);
    const others = [
      digest({ ...OPEN, requireApproval: true }),
      digest(OPEN, { ...BASE, limits: { ...BASE.limits, monthly: 1 } }),
      digest(OPEN, { ...BASE, rateLimiting: { maxPerHour: 9, cooldownSeconds: 60 } }),
      digest(
        OPEN,
        BASE,
        TOKENS.map((token) => (token.symbol === 'USDC' ? { ...token, decimals: 7 } : token)),
      ),
    ];
    expect(new Set([digest(OPEN), ...others]).size).toBe(5);
  });

  it('inherits the limits that are not set', () => {
    const { unitCap } = policyOf({ limits: { daily: 7 } });
    expect(unitCap.windows.map(({ rule, limit }) => [rule, limit])).toEqual([
      ['perTransaction', ether('1000').toString()],
      ['daily', ether('7').toString()],
      ['weekly', ether('20000').toString()],
      ['monthly', ether('50000').toString()],
    ]);
  });

  it('reads flat amounts in the token’s own decimals, and no others', async () => {
    const capped = (amount: bigint | string, decimals?: number): Permissions => ({
      ...OPEN,
      humanApprovalThreshold: { token: 'ETH', amount, ...(decimals === undefined ? {} : { decimals }) },
    });
    expect(await verdictOf(capped(ether('0.9'), 18))).toBe('escalated');
    expect(await verdictOf(capped(ether('1'), 18))).toBe('approved');
    expect(await verdictOf(capped('0.999'))).toBe('escalated');
    expect(await verdictOf(capped(1n))).toBe('approved');
    expect(problemsOf(capped(1n, 6))).toEqual([expect.stringContaining('humanApprovalThreshold.decimals')]);
  });

  it('keeps the names of its own rules', () => {
    expect(problemsOf({ ...OPEN, rules: [{ id: 'destinations', conditions: [], action: 'allow' }] })).toEqual([
      expect.stringContaining('rules[0].id'),
    ]);
  });

  it('takes the aliases of the reference', async () => {
    expect(await verdictOf(ruled('amount', 'greater_than', 0, 'require_approval'))).toBe('escalated');
    expect(await verdictOf(ruled('amount', 'equals', 1))).toBe('denied');
  });
});

describe('templates', () => {
  it('are frozen to the last field', () => {
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const inner of Object.values(value)) visit(inner);
    };
    visit(DEFAULT_TEMPLATES);
    expect(() => {
      (DEFAULT_TEMPLATES.conservative.limits as { daily: number }).daily = 1_000_000;
    }).toThrow(TypeError);
    expect(Object.isFrozen(DEFAULT_POLICY_BASE) && Object.isFrozen(DEFAULT_POLICY_BASE.limits)).toBe(true);
  });

  it.each([
    ['conservative', '10', '50'],
    ['balanced', '100', '500'],
    ['aggressive', '1000', '5000'],
  ] as const)('%s allows %s at once and %s a day', (name, once, daily) => {
    const windows = policyOf(DEFAULT_TEMPLATES[name]).unitCap.windows;
    expect([windows[0]?.limit, windows[1]?.limit]).toEqual([ether(once).toString(), ether(daily).toString()]);
  });

  it('differ as the table says', async () => {
    expect(await verdictOf(DEFAULT_TEMPLATES.conservative)).toBe('denied');
    expect(await verdictOf({ ...DEFAULT_TEMPLATES.conservative, capabilities: { transfers: { enabled: true } } })).toBe('escalated');
    expect(await verdictOf(DEFAULT_TEMPLATES.balanced)).toBe('denied');
    expect(await verdictOf({ ...DEFAULT_TEMPLATES.balanced, allowedDestinations: [BOB] })).toBe('approved');
    expect(await verdictOf(DEFAULT_TEMPLATES.aggressive)).toBe('approved');
  });
});
