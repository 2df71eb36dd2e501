import { beforeAll, describe, expect, it } from 'vitest';
import { createPolicyManager, DEFAULT_TEMPLATES, type PolicyManager } from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { tonAddress } from './environment.ts';

/** What the symbols of the snippets stand for. */
const CHAIN = 'ton:-239';
const jetton = (symbol: string, decimals: number) => ({
  asset: `${CHAIN}/jetton:0%3A${Buffer.from(symbol.padEnd(32, '.')).toString('hex')}` as never,
  symbol,
  decimals,
});
const TOKENS = [{ asset: `${CHAIN}/slip44:607` as never, symbol: 'TON', decimals: 9 }, jetton('USDT', 6), jetton('NOT', 9)];
const wordOf = ({ allowed, requiresApproval }: { readonly allowed: boolean; readonly requiresApproval: boolean }): string =>
  allowed ? 'yes' : requiresApproval ? 'ask' : 'no';
const managerOf = (): PolicyManager => createPolicyManager({ tokens: TOKENS });

describe('templates', () => {
  let policy: PolicyManager;
  beforeAll(async () => {
    policy = createPolicyManager();
    await policy.createAgent('agent-1', DEFAULT_TEMPLATES.conservative);
    await policy.createAgent('agent-2', DEFAULT_TEMPLATES.balanced);
    await policy.createAgent('agent-3', DEFAULT_TEMPLATES.aggressive);
  });

  it.each([
    ['agent-1', 10, 50],
    ['agent-2', 100, 500],
    ['agent-3', 1000, 5000],
  ])('%s may move %i TON at once and %i a day', async (agentId, perTransaction, daily) => {
    expect((await policy.getAgent(agentId)).permissions.limits).toMatchObject({ perTransaction, daily });
  });

  it.each([
    ['trading', { enabled: true, readOnly: true }, { enabled: true, maxSlippage: 0.01 }, { enabled: true }],
    ['transfers', { enabled: false }, { enabled: true, whitelistOnly: true }, { enabled: true }],
    ['staking', { enabled: true, readOnly: true }, { enabled: true, unstake: false }, { enabled: true, unstake: true }],
    ['nft', { enabled: true, readOnly: true }, { enabled: true, create: false }, { enabled: true, create: true }],
    ['governance', { enabled: false }, { enabled: true, voteOnly: true }, { enabled: true }],
  ] as const)('%s: as the table has it', async (capability, ...expected) => {
    const found = [];
    for (const agentId of ['agent-1', 'agent-2', 'agent-3'])
      found.push((await policy.getAgent(agentId)).permissions.capabilities?.[capability]);
    expect(found).toEqual(expected);
  });

  it.each([
    ['agent-1', ['no', 'no', 'no']],
    ['agent-2', ['no', 'no', 'no']],
    ['agent-3', ['yes', 'ask', 'no']],
  ])('%s: transfers of 9, 999 and 1,001 TON to somebody new', async (agentId, expected) => {
    const found = [];
    // The fee counts, too; and whoever pays that much to somebody new has a person asked.
    for (const amount of [9, 999, 1001])
      found.push(wordOf(await policy.checkCapability(agentId, 'transfer', { amount, token: 'TON', destination: tonAddress('new') })));
    expect(found).toEqual(expected);
  });
});

describe('permissions of one’s own', () => {
  const customPermissions = {
    capabilities: {
      trading: { enabled: true, maxSlippage: 0.01 },
      transfers: { enabled: true, whitelistOnly: true },
      staking: { enabled: true },
      nft: { enabled: false },
      governance: { enabled: false },
    },
    limits: { perTransaction: 500, daily: 2000, weekly: 10000, monthly: 30000 },
    allowedTokens: ['TON', 'USDT', 'NOT'],
    allowedDestinations: [tonAddress('first'), tonAddress('second')],
    requireApprovalAbove: 100,
  };
  const ask = async (amount: number, name: string) => {
    const policy = managerOf();
    await policy.createAgent('agent-4', customPermissions);
    return wordOf(await policy.checkCapability('agent-4', 'transfer', { amount, token: 'TON', destination: tonAddress(name) }));
  };

  it.each([
    [50, 'first', 'yes'],
    [100, 'second', 'yes'],
    [101, 'first', 'ask'],
    [499, 'first', 'ask'],
    [501, 'first', 'no'],
    [50, 'third', 'no'],
  ])('%i TON to the %s: %s', async (amount, name, expected) => {
    expect(await ask(amount, name)).toBe(expected);
  });

  it('are kept as they were given, and read back', async () => {
    const policy = managerOf();
    await policy.createAgent('agent-4', customPermissions);
    expect((await policy.getAgent('agent-4')).permissions).toMatchObject(customPermissions);
  });
});

describe('rules', () => {
  it('deny large transfers to new addresses, until they are removed', async () => {
    const policy = createPolicyManager();
    await policy.createAgent('agent-1', DEFAULT_TEMPLATES.aggressive);
    await policy.addRule('agent-1', {
      id: 'new-dest-limit',
      name: 'New Destination Limit',
      conditions: [
        { field: 'amount', operator: 'gt', value: 50 },
        { field: 'isNewDestination', operator: 'eq', value: true },
      ],
      action: 'deny',
      priority: 100,
    });
    const ask = (amount: number) =>
      policy.checkCapability('agent-1', 'transfer', { amount, token: 'TON', destination: tonAddress('never paid') });
    expect([(await ask(50)).allowed, await ask(51)]).toEqual([
      true,
      expect.objectContaining({ allowed: false, violatedRule: 'new-dest-limit' }),
    ]);
    await policy.removeRule('agent-1', 'new-dest-limit');
    expect((await ask(51)).allowed).toBe(true);
  });

  it('ask a person after hours, by the hour in UTC', async () => {
    const at = async (hour: number, amount: number) => {
      const policy = createPolicyManager({ clock: createManualClock(Date.UTC(2026, 1, 2, hour, 30)) });
      await policy.createAgent('agent-1', DEFAULT_TEMPLATES.aggressive);
      await policy.addRule('agent-1', {
        id: 'after-hours',
        name: 'After Hours Approval',
        conditions: [
          { field: 'hour', operator: 'gte', value: 22 },
          { field: 'amount', operator: 'gt', value: 10 },
        ],
        action: 'escalate',
        priority: 50,
      });
      return wordOf(await policy.checkCapability('agent-1', 'transfer', { amount, token: 'TON', destination: tonAddress('late') }));
    };
    expect([await at(21, 11), await at(22, 10), await at(22, 11), await at(23, 11)]).toEqual(['yes', 'yes', 'ask', 'ask']);
  });
});

describe('asking what an agent may do', () => {
  it('tells why it may not trade, and by what rule', async () => {
    const policy = managerOf();
    await policy.createAgent('agent-1', DEFAULT_TEMPLATES.conservative);
    const canTrade = await policy.checkCapability('agent-1', 'trade', { amount: 100, token: 'TON', pair: 'TON/USDT' });
    expect(canTrade.allowed).toBe(false);
    if (!canTrade.allowed) expect([typeof canTrade.reason, typeof canTrade.violatedRule]).toEqual(['string', 'string']);
  });

  it('says yes to an agent that may, where its owner has named the contract to trade at', async () => {
    const policy = managerOf();
    const allowedContracts = [{ address: tonAddress('exchange'), chain: CHAIN, capability: 'trading' }];
    await policy.createAgent('agent-1', { ...DEFAULT_TEMPLATES.aggressive, allowedContracts });
    const canTrade = await policy.checkCapability('agent-1', 'trade', { amount: 100, token: 'TON', pair: 'TON/USDT' });
    expect(canTrade).toMatchObject({ allowed: true, reason: null, violatedRule: null });
  });

  it('an agent that was removed may nothing', async () => {
    const policy = managerOf();
    await policy.createAgent('agent-1', DEFAULT_TEMPLATES.aggressive);
    await policy.deleteAgent('agent-1');
    expect((await policy.checkCapability('agent-1', 'trade', { amount: 1, token: 'TON' })).allowed).toBe(false);
    await expect(policy.getAgent('agent-1')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  });
});
