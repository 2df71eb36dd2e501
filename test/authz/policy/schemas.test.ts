import { describe, expect, it } from 'vitest';
import { PROTOCOL_NAME, permissionsSchema } from '../../../src/authz/policy/permissions.ts';
import { describeIssues } from '../../../src/core/index.ts';
import { ROUTER } from '../fixture.ts';

const problemsOf = (permissions: unknown): readonly string[] => {
  const parsed = permissionsSchema.safeParse(permissions);
  return parsed.success ? [] : describeIssues(parsed.error);
};
const fits = (...all: readonly unknown[]): void => {
  for (const permissions of all)
    expect(
      problemsOf(permissions),
      JSON.stringify(permissions, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
    ).toEqual([]);
};
const fails = (at: string, ...all: readonly unknown[]): void => {
  for (const permissions of all)
    expect(
      problemsOf(permissions).some((problem) => problem.startsWith(at)),
      `${at} in ${problemsOf(permissions)}`,
    ).toBe(true);
};
const contract = (entry: object) => ({ allowedContracts: [{ address: ROUTER, ...entry }] });
const cap = (entry: object) => ({ limits: { caps: [{ capId: 'c', scope: 'agent', window: 'day', max: 1, ...entry }] } });
const quorum = (entry: object) => ({ approvalQuorums: [{ need: { owner: 1 }, ...entry }] });
const temporal = (predicate: object, over: object = {}) => ({ temporalRules: [{ predicate, consequence: 'reject', ...over }] });
const ON = { enabled: true };

describe('an amount', () => {
  it('is a safe integer or an exact decimal string, and nothing else', () => {
    fits(
      ...[0, 1, 2 ** 53 - 1, '0', '7', '10', '1907', '0.5', '10.25', '0.000000000000000001', '9'.repeat(78), `0.${'1'.repeat(78)}`].map(
        (daily) => ({ limits: { daily } }),
      ),
    );
    fails('limits.daily', ...[1.5, -1, 2 ** 53, Number.NaN, null, 1n].map((daily) => ({ limits: { daily } })));
    for (const daily of [
      '01',
      '1.',
      '.5',
      '1e3',
      '+1',
      '-1',
      '',
      ' 1',
      '1 ',
      '0x10',
      '１',
      '1.5.5',
      'a1',
      '1_0',
      '9'.repeat(79),
      `0.${'1'.repeat(79)}`,
    ])
      expect(problemsOf({ limits: { daily } })).toEqual(['limits.daily: must be a safe integer or an exact decimal string']);
  });

  it('of a token may be a bigint, in its smallest units where decimals are named', () => {
    fits(...[5n, 0n, '5', 5].map((amount) => ({ maxSpendPerTx: { token: 'ETH', amount } })), {
      humanApprovalThreshold: { token: 'ETH', amount: 1n, decimals: 255 },
    });
    fails('maxSpendPerTx.amount', { maxSpendPerTx: { token: 'ETH', amount: -1n } }, { maxSpendPerTx: { token: 'ETH', amount: 'all' } });
    fails('maxSpendPerTx.decimals', ...[-1, 256, 1.5].map((decimals) => ({ maxSpendPerTx: { token: 'ETH', amount: 1, decimals } })));
    fails('maxSpendPerTx.token', { maxSpendPerTx: { token: '', amount: 1 } }, { maxSpendPerTx: { token: 'x'.repeat(257), amount: 1 } });
    fits({ maxSpendPerTx: { token: 'x'.repeat(256), amount: 1 } });
  });
});

describe('each part of permissions', () => {
  it('may be left out, and says yes or no where it is a switch', () => {
    fits({}, { requireApproval: false }, { requireSimulation: true }, { capLockMode: 'shared' }, { capLockMode: 'per-agent' });
    fails('capLockMode', { capLockMode: 'none' });
    fails('requireApproval', { requireApproval: 1 });
    fails('requireSimulation', { requireSimulation: 'yes' });
    const all = { trading: { ...ON, maxSlippage: 1 }, transfers: { ...ON, whitelistOnly: true }, staking: { ...ON, unstake: false } };
    fits({
      capabilities: { ...all, nft: { ...ON, create: true }, governance: { ...ON, voteOnly: true }, contracts: { ...ON, readOnly: true } },
    });
    fits({ capabilities: { approvals: { ...ON, unlimited: true, spenders: ['x'] }, trading: { ...ON, maxSlippage: 0 } } });
    fails('capabilities.trading.maxSlippage', ...[-0.1, 1.1].map((maxSlippage) => ({ capabilities: { trading: { ...ON, maxSlippage } } })));
    for (const [name, field] of [
      ['transfers', 'whitelistOnly'],
      ['staking', 'unstake'],
      ['nft', 'create'],
      ['governance', 'voteOnly'],
      ['approvals', 'unlimited'],
      ['contracts', 'readOnly'],
    ] as const)
      fails(`capabilities.${name}.${field}`, { capabilities: { [name]: { ...ON, [field]: 1 } } });
    fails('capabilities.trading.enabled', { capabilities: { trading: {} } });
  });

  it('has bounds of its own', () => {
    fits({ gasBufferMultiplier: 1 }, { gasBufferMultiplier: 10 });
    fails('gasBufferMultiplier', { gasBufferMultiplier: 0.99 }, { gasBufferMultiplier: 10.1 });
    for (const name of ['simulationStalenessMs', 'humanApprovalTimeoutMs']) {
      fits({ [name]: 1 }, { [name]: 30 * 86_400_000 });
      fails(name, { [name]: 0 }, { [name]: 30 * 86_400_000 + 1 }, { [name]: 1.5 });
    }
    fits({ maxTrust: 'message' });
    fails('maxTrust', { maxTrust: 'god' });
    fits({ allowedChains: Array.from({ length: 64 }, (_, at) => `c${at}`) });
    fails('allowedChains', { allowedChains: Array.from({ length: 65 }, (_, at) => `c${at}`) });
    fails('allowedTokens[0]', { allowedTokens: [''] });
    fails('allowedHazards[0]', { allowedHazards: ['none'] });
    fails('limits.assets.ETH.hourly', { limits: { assets: { ETH: { hourly: -1 } } } });
    fits({
      limits: { assets: { ETH: { daily: 1, requireApprovalAbove: '0.5' } }, warningThresholdPct: 100, unit: 'ETH', hourly: 1, total: 9 },
    });
    fails('limits.warningThresholdPct', { limits: { warningThresholdPct: 101 } }, { limits: { warningThresholdPct: 0 } });
    expect(problemsOf({ policy: 5 })).toEqual(['policy: must be a tree of policies']);
    expect(problemsOf({ policy: null })).toEqual(['policy: must be a tree of policies']);
  });

  it('lists contracts with what they may be', () => {
    fits(
      contract({
        selectors: ['0x12345678', 'AABBCCDD'],
        expiresAt: 0,
        codeHash: `0x${'ab'.repeat(32)}`,
        implementation: 'x',
        admin: 'x',
        owner: 'x',
      }),
    );
    fits(
      contract({ chain: 'eip155:1', expiresAt: '2026-01-01T00:00:00Z', selectors: [] }),
      contract({ capability: 'staking', operation: 'stake' }),
    );
    for (const selector of ['0x1234', '0x123456789', '123456789', 'x12345678', '0x1234567g', '0x0x12345678'])
      expect(problemsOf(contract({ selectors: [selector] }))).toEqual(['allowedContracts[0].selectors[0]: must be four bytes in hex']);
    for (const codeHash of ['0x12', 'ab'.repeat(33), `1${'ab'.repeat(32)}`, `0x${'gg'.repeat(32)}`])
      expect(problemsOf(contract({ codeHash }))).toEqual(['allowedContracts[0].codeHash: must be 32 bytes in hex']);
    for (const other of [{ operation: 'stake' }, { operation: 'stake', capability: 'trading' }])
      expect(problemsOf(contract(other))).toEqual(['allowedContracts[0]: operation must be one of its capability']);
    for (const capability of ['trading', 'staking', 'nft', 'governance', 'contracts']) fits(contract({ capability }));
    fails('allowedContracts[0].capability', contract({ capability: 'transfers' }));
    fails('allowedContracts[0].operation', contract({ capability: 'trading', operation: 'fly' }));
    fails(
      'allowedContracts[0].expiresAt',
      contract({ expiresAt: 'tomorrow' }),
      contract({ expiresAt: -1 }),
      contract({ expiresAt: '2026-01-01' }),
    );
    fails('allowedContracts[0]', contract({ colour: 'red' }));
  });

  it('names protocols, deployments and sites in their one form', () => {
    fits({ allowedProtocols: ['a', 'uniswap-v3', 'a-b-c-d', `${'x'.repeat(31)}-1`] });
    for (const name of ['Uniswap', 'a-b-c-d-e', '-a', 'a-', 'a--b', 'x'.repeat(32), `a-${'x'.repeat(32)}`, 'a b', '', '0xAb'])
      expect(problemsOf({ allowedProtocols: [name] })).toEqual(['allowedProtocols[0]: must be a protocol’s name, such as `uniswap-v3`']);
    expect(PROTOCOL_NAME.test(ROUTER.slice(9))).toBe(false);
    fits({ allowedDeployments: ['0a'.repeat(32)] });
    for (const digest of ['ab', '0A'.repeat(32), `0${'0a'.repeat(32)}`, `${'0a'.repeat(32)}0`])
      expect(problemsOf({ allowedDeployments: [digest] })).toEqual(['allowedDeployments[0]: must be a SHA-256 in lowercase hex']);
    fits({ signatures: { messages: 'ask', siweDomains: ['example.com', 'Example.com:8080', 'localhost:1', 'x'.repeat(253)] } });
    for (const site of ['https://x', 'x/y', 'x:', 'x:123456', 'x:ab', '', 'x'.repeat(254), 'a b', ':80'])
      expect(problemsOf({ signatures: { siweDomains: [site] } })).toEqual([
        'signatures.siweDomains[0]: must be a host, without scheme or path',
      ]);
    for (const messages of ['deny', 'ask', 'allow']) fits({ signatures: { messages } });
    fails('signatures.messages', { signatures: { messages: 'maybe' } });
  });

  it('has rules and strategies', () => {
    for (const action of ['allow', 'deny', 'escalate', 'require_approval'])
      fits({ rules: [{ id: 'a', conditions: [], action, name: 'n', priority: -3 }] });
    fails('rules[0].action', { rules: [{ id: 'a', conditions: [], action: 'x' }] });
    fails('rules[0].priority', { rules: [{ id: 'a', conditions: [], action: 'deny', priority: 1.5 }] });
    fails('rules[0].id', { rules: [{ id: '', conditions: [], action: 'deny' }] });
    fits({
      strategies: [
        { id: 's', operations: ['swap'], assets: ['ETH'], protocols: ['p'], maxAmountPerTrade: 1, maxDailyVolume: '2', maxSlippage: 0.5 },
      ],
    });
    fails('strategies[0].maxSlippage', { strategies: [{ id: 's', maxSlippage: 2 }] });
    fails('strategies[0].maxDailyVolume', { strategies: [{ id: 's', maxDailyVolume: -2 }] });
  });

  it('has hours, which begin before they end', () => {
    expect(permissionsSchema.parse({ timeRestrictions: [{}] }).timeRestrictions).toEqual([
      { type: 'allow', daysOfWeek: [0, 1, 2, 3, 4, 5, 6], startHour: 0, endHour: 24 },
    ]);
    fits({
      timeRestrictions: [{ type: 'deny', daysOfWeek: [0, 6], startHour: 23, endHour: 24, timezone: 'Europe/Berlin' }, { endHour: 1 }],
    });
    for (const endHour of [5, 4])
      expect(problemsOf({ timeRestrictions: [{ startHour: 5, endHour }] })).toEqual([
        'timeRestrictions[0]: startHour must lie before endHour',
      ]);
    expect(problemsOf({ timeRestrictions: [{ timezone: 'x' }] })).toEqual([
      'timeRestrictions[0].timezone: must be the name of a time zone, such as `Europe/Berlin`',
    ]);
    fails('timeRestrictions[0].daysOfWeek', ...[[], [7], [-1]].map((daysOfWeek) => ({ timeRestrictions: [{ daysOfWeek }] })));
    fails('timeRestrictions[0].startHour', ...[-1, 24].map((startHour) => ({ timeRestrictions: [{ startHour }] })));
    fails('timeRestrictions[0].endHour', ...[0, 25].map((endHour) => ({ timeRestrictions: [{ endHour }] })));
    fails('timeRestrictions[0].type', { timeRestrictions: [{ type: 'maybe' }] });
  });
});

describe('caps, rates and quorums', () => {
  it('name one window, and one thing that is counted', () => {
    fits(
      cap({}),
      cap({ window: undefined, windowMs: 1_000 }),
      cap({ window: undefined, windowMs: 315_360_000_000 }),
      cap({ of: 'fleet', unit: 'USD', warningThresholdPct: 1 }),
    );
    for (const scope of ['agent', 'user', 'wallet', 'fleet', 'asset', 'recipient', 'contract']) fits(cap({ scope, capId: 'A-b_c.9' }));
    for (const window of ['transaction', 'hour', 'day', 'week', 'month', 'total']) fits(cap({ window }));
    for (const wrong of [{ window: undefined }, { windowMs: 5_000 }])
      expect(problemsOf(cap(wrong))).toEqual(['limits.caps[0]: needs one of window and windowMs']);
    expect(problemsOf(cap({ unit: 'USD', asset: 'ETH' }))).toEqual(['limits.caps[0]: counts in a unit or one asset, not both']);
    for (const capId of ['c!', '', 'x'.repeat(65), 'a b', 'ä'])
      expect(problemsOf(cap({ capId }))).toEqual(['limits.caps[0].capId: must be 1 to 64 of A-Z a-z 0-9 _ . -']);
    fails('limits.caps[0].windowMs', cap({ window: undefined, windowMs: 999 }), cap({ window: undefined, windowMs: 315_360_000_001 }));
    fails('limits.caps[0].of', cap({ of: 'asset' }));
  });

  it('bound how often, above zero', () => {
    const names = ['maxPerMinute', 'maxPerHour', 'maxPerDay', 'burst'];
    for (const name of names) {
      fits({ rateLimiting: { [name]: 1 } }, { rateLimiting: { [name]: 1_000_000 } }, { rateLimiting: { perUser: { [name]: 1 } } });
      fails(`rateLimiting.${name}`, ...[0, 1_000_001, 1.5].map((value) => ({ rateLimiting: { [name]: value } })));
    }
    fits({ rateLimiting: { cooldownSeconds: 0 } }, { rateLimiting: { cooldownSeconds: 86_400 } }, { rateLimiting: {} });
    fails('rateLimiting.cooldownSeconds', ...[-1, 86_401].map((cooldownSeconds) => ({ rateLimiting: { cooldownSeconds } })));
  });

  it('name people, and one thing that they are for', () => {
    fits(
      quorum({}),
      quorum({ reasons: ['risk_high', 'approval_required'] }),
      quorum({ rules: ['a', 'b'] }),
      quorum({ above: '0.5' }),
      quorum({ need: { approver: 16, operator: 1 } }),
    );
    expect(problemsOf(quorum({ need: {} }))).toEqual(['approvalQuorums[0].need: must name a role']);
    expect(problemsOf(quorum({ need: { owner: undefined } }))).toEqual(['approvalQuorums[0].need: must name a role']);
    for (const two of [
      { above: 1, rules: ['x'] },
      { reasons: ['risk_high'], rules: ['x'] },
    ])
      expect(problemsOf(quorum(two))).toEqual(['approvalQuorums[0]: give reasons, rules or above, and only one of them']);
    fails('approvalQuorums[0].reasons', quorum({ reasons: [] }));
    fails('approvalQuorums[0].rules', quorum({ rules: [] }));
    fails('approvalQuorums[0].rules[0]', quorum({ rules: [''] }), quorum({ rules: ['x'.repeat(257)] }));
    for (const role of ['owner', 'operator', 'approver'])
      fails(`approvalQuorums[0].need.${role}`, ...[0, 17].map((count) => quorum({ need: { [role]: count } })));
  });
});

describe('rules over time', () => {
  const DAYS = 86_400_000;
  it('have a window of at most 90 days, and count no more than is kept', () => {
    for (const kind of ['simulation_failure_rate', 'approval_flood', 'success_drought']) {
      fits(temporal({ kind, windowMs: 1, threshold: 1 }), temporal({ kind, windowMs: 90 * DAYS, threshold: 256 }));
      fails('temporalRules[0].predicate.windowMs', ...[0, 90 * DAYS + 1].map((windowMs) => temporal({ kind, windowMs, threshold: 1 })));
      fails('temporalRules[0].predicate.threshold', ...[0, 257].map((threshold) => temporal({ kind, windowMs: 1, threshold })));
    }
    const drought = { kind: 'success_drought', windowMs: 1, threshold: 1 };
    fits(temporal({ ...drought, warmUpMs: 0, minOutcomes: 256 }), temporal({ ...drought, warmUpMs: 90 * DAYS, minOutcomes: 1 }));
    fails('temporalRules[0].predicate.warmUpMs', ...[-1, 90 * DAYS + 1].map((warmUpMs) => temporal({ ...drought, warmUpMs })));
    fails('temporalRules[0].predicate.minOutcomes', ...[0, 257].map((minOutcomes) => temporal({ ...drought, minOutcomes })));
    fits(temporal({ kind: 'consecutive_failures', count: 1 }), temporal({ kind: 'consecutive_failures', count: 256, windowMs: 5 }));
    fails('temporalRules[0].predicate.count', ...[0, 257].map((count) => temporal({ kind: 'consecutive_failures', count })));
    const calls = { kind: 'contract_call_frequency', windowMs: 1, contractAddress: 'x', threshold: 1_000_000 };
    fits(temporal(calls), temporal({ ...calls, chain: 'eip155:1', threshold: 1 }));
    fails('temporalRules[0].predicate.threshold', ...[0, 1_000_001].map((threshold) => temporal({ ...calls, threshold })));
    const velocity = { kind: 'spend_velocity', windowMs: 1, maxAmount: 5n, token: 'ETH' };
    fits(
      temporal(velocity),
      temporal({ ...velocity, maxAmount: '0.5', decimals: 0 }),
      temporal({ ...velocity, maxAmount: 5, decimals: 255 }),
    );
    fails('temporalRules[0].predicate.maxAmount', ...[-5n, -5, '-5'].map((maxAmount) => temporal({ ...velocity, maxAmount })));
    fails('temporalRules[0].predicate.decimals', ...[-1, 256].map((decimals) => temporal({ ...velocity, decimals })));
  });

  it('say what follows as a word or as a field, and are called by labels', () => {
    const flood = { kind: 'approval_flood', windowMs: 1, threshold: 1 };
    for (const kind of ['reject', 'require_approval', 'flag_for_review'])
      for (const consequence of [kind, { kind }])
        expect(permissionsSchema.parse(temporal(flood, { consequence })).temporalRules?.[0]?.consequence).toEqual({ kind });
    fails('temporalRules[0].consequence', temporal(flood, { consequence: 'ignore' }), temporal(flood, { consequence: { kind: 'ignore' } }));
    for (const label of ['a', 'A.b_c-9', 'x'.repeat(64)]) fits(temporal(flood, { label }));
    for (const label of ['', '.a', 'a b', 'x'.repeat(65), 'a!'])
      expect(problemsOf(temporal(flood, { label }))).toEqual(['temporalRules[0].label: must be 1–64 of A-Za-z0-9_.-']);
  });
});
