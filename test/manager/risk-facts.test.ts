import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeAbiParameters, keccak256 } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Json } from '../../src/core/store.ts';
import { type AgentRequest, createSecurityManager, type QuoteSource, type SecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { CHAIN, configOf, FREE, fund, type Given, stranger } from '../e2e/bench.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';

let anvil: Anvil;
let usd: Deployed;
let other: Deployed;
let fake: Deployed;
let router: Deployed;
let folder: string;
const open: SecurityManager[] = [];

beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
  other = await deploy(anvil, 'PlainToken', ['OTHER', 18]);
  fake = await deploy(anvil, 'PlainToken', ['usd ', 6]);
  router = await deploy(anvil, 'PoolRouter');
  const pool = (await anvil.rpc('eth_call', [{ to: router.address, data: router.data('pool') }, 'latest'])) as string;
  await other.send('mint', [`0x${pool.slice(26)}`, 1_000_000n]);
  folder = await mkdtemp(join(tmpdir(), 'risk-facts-'));
});
afterEach(async () => {
  for (const security of open.splice(0)) await security.shutdown(2_000);
});
afterAll(async () => {
  await anvil?.stop();
  await rm(folder, { recursive: true, force: true });
});

const FULL = {
  ...FREE,
  allowedProtocols: ['uniswap-v2'],
  limits: { ...FREE.limits, assets: { USD: { daily: '0.001' }, OTHER: { daily: 1 } } },
};
let made = 0;
const STORES = {
  memory: () => ({}),
  sqlite: () => ({ store: sqliteStore({ path: join(folder, `db-${made}`) }), keys: { encryptionKey: 'ab'.repeat(32) } }),
};

/** A manager over a store of the kind, each of whose agents has a funded wallet with tokens. */
async function scene(kind: keyof typeof STORES, agents: readonly string[], given: Given = {}) {
  made += 1;
  const tokens = [
    { symbol: 'USD', address: usd.address, decimals: 6 },
    { symbol: 'OTHER', address: other.address, decimals: 18 },
  ];
  const chain = { chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, tokens };
  const security = createSecurityManager({
    ...configOf(anvil),
    chains: [evm({ ...chain, protocols: [{ protocol: 'uniswap-v2', address: router.address }] })],
    agents: Object.fromEntries(agents.map((id) => [id, FULL])),
    ...STORES[kind](),
    ...given,
  });
  open.push(security);
  for (const id of agents) {
    const { address } = await security.custody.createWallet('owner', id);
    await fund(anvil, address);
    await usd.send('mint', [address, 10_000n]);
    await fake.send('mint', [address, 10_000n]);
    await allow(usd, address, router.address, 10_000n);
  }
  return security;
}

/** `allowance[owner][spender]` of PlainToken, as if given long ago. */
async function allow(token: Deployed, owner: string, spender: string, amount: bigint): Promise<void> {
  const types = [{ type: 'address' }, { type: 'uint256' }] as const;
  const outer = keccak256(encodeAbiParameters(types, [owner as `0x${string}`, 4n]));
  const slot = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [spender as `0x${string}`, outer]));
  await anvil.rpc('anvil_setStorageAt', [token.address, slot, `0x${amount.toString(16).padStart(64, '0')}`]);
}

interface RiskFact {
  readonly patterns: readonly { readonly id: string; readonly action: string; readonly evidence: Readonly<Record<string, Json>> }[];
  readonly unchecked?: readonly string[];
}

/** What the risk layer of a real decision said of one pattern, and what it could not look for. */
async function judged(security: SecurityManager, agent: string, request: AgentRequest) {
  const { decision } = await security.agent(agent).dryRun(request);
  const risk = decision.facts['risk'] as unknown as RiskFact;
  return { decision, risk, of: (id: string) => risk.patterns.find((pattern) => pattern.id === id) };
}

const UNLIMITED = 2n ** 256n - 1n;
const approve = (spender: string, amount: bigint): AgentRequest => ({
  to: usd.address,
  data: usd.data('approve', [spender, amount]),
  type: 'approve',
});
const send = (security: SecurityManager, id: string, amount: string, to: string) =>
  security.agent(id).execute({ to, amount, asset: 'ETH' });

describe.each(['memory', 'sqlite'] as const)('facts of the gate for patterns of fraud, over %s', (kind) => {
  it('block rights for an account that a key alone controls, and say what stood there', async () => {
    const security = await scene(kind, ['a1']);
    const key = stranger();
    const { decision, of } = await judged(security, 'a1', approve(key, 5n));
    const evidence = { destination: `${CHAIN}:${key}`, unlimited: false, isContract: false, ageMs: null };
    expect(of('approval_phishing')).toMatchObject({ action: 'block', evidence });
    expect(decision.verdict).toBe('denied');
    const [, , report] = decision.reports;
    expect(report?.reasons).toContainEqual(expect.objectContaining({ code: 'risk_critical', facts: expect.objectContaining(evidence) }));
    expect(decision.signals).toContainEqual(expect.objectContaining({ type: 'fraud_detected' }));
  });

  it('block rights for a key whose account runs delegated code: the key controls it as before', async () => {
    const security = await scene(kind, ['a1']);
    const key = stranger();
    await anvil.rpc('anvil_setCode', [key, `0xef0100${router.address.slice(2)}`]);
    expect((await judged(security, 'a1', approve(key, 5n))).of('approval_phishing')).toMatchObject({ action: 'block' });
  });

  it('escalate rights without a bound for code of unknown age, and leave bounded ones unchecked', async () => {
    const security = await scene(kind, ['a1']);
    const whole = await judged(security, 'a1', approve(other.address, UNLIMITED));
    expect(whole.of('approval_phishing')).toMatchObject({ action: 'escalate', evidence: { isContract: true, ageMs: null } });
    const part = await judged(security, 'a1', approve(other.address, 5n));
    expect(part.of('approval_phishing')).toBeUndefined();
    expect(part.risk.unchecked).toContain('approval_phishing');
    expect(await security.risk.assessTransaction({ agentId: 'a1', ...approve(other.address, 5n) })).toMatchObject({
      unchecked: expect.arrayContaining(['approval_phishing']),
    });
  });

  it('count what was denied before, though nothing was reserved, and not what was malformed', async () => {
    const security = await scene(kind, ['a1', 'a2']);
    const to = stranger();
    const usual: AgentRequest = { to, amount: '0.01', asset: 'ETH' };
    expect((await judged(security, 'a1', usual)).risk.unchecked ?? []).not.toContain('authorization_probing');
    for (let n = 0; n < 30; n += 1) expect((await send(security, 'a1', 'much', to)).status).toBe('policy_rejected');
    expect((await judged(security, 'a1', usual)).of('authorization_probing')).toBeUndefined();
    for (let n = 0; n < 4; n += 1) expect((await send(security, 'a1', '7', to)).status).toBe('policy_rejected');
    expect((await judged(security, 'a1', usual)).of('authorization_probing')).toBeUndefined();
    // Refused before it became bytes: no token of that name.
    expect((await security.agent('a1').execute({ to, amount: '1', asset: 'NOSUCH' })).status).toBe('policy_rejected');
    const some = await judged(security, 'a1', usual);
    expect(some.of('authorization_probing')).toMatchObject({ action: 'alert', evidence: { denied: 5, total: 5, withinMs: 3_600_000 } });
    for (let n = 0; n < 15; n += 1) await send(security, 'a1', '7', to);
    const many = await judged(security, 'a1', usual);
    expect(many.of('authorization_probing')).toMatchObject({ action: 'escalate', evidence: { denied: 20, total: 20 } });
    expect(many.decision.verdict).toBe('escalated');
    const { factors } = await security.risk.assessTransaction({ agentId: 'a1', ...usual });
    expect(factors.map(({ id }) => id)).toContain('pattern:authorization_probing');
    // Dry runs leave nothing, and what one agent was told says nothing of another.
    expect((await judged(security, 'a2', usual)).of('authorization_probing')).toBeUndefined();
  });

  it('compare what a trade demands with what the market gives', async () => {
    let answer: QuoteSource['quote'] = () => ({ amount: 100n, atMs: Date.now() });
    const asked: unknown[] = [];
    const quotes: QuoteSource = { quote: (trade, signal) => (asked.push(trade) > 0 ? answer(trade, signal) : undefined) };
    const security = await scene(kind, ['a1'], { quotes, risk: { anomalyThreshold: 100, lookUpTimeoutMs: 200 } });
    const { address } = (await security.custody.listWallets('owner'))[0] as { address: string };
    const path = [usd.address, other.address];
    const swap: AgentRequest = {
      type: 'swap',
      to: router.address,
      data: router.data('swapExactTokensForTokens', [100n, 50n, path, address, 2n ** 40n]),
    };
    const half = await judged(security, 'a1', swap);
    const evidence = { quoted: '100', lossBasisPoints: 5_000 };
    expect(half.of('sandwich_exposure')).toMatchObject({ action: 'escalate', evidence });
    expect(half.decision.verdict).toBe('escalated');
    expect(half.decision.reasons).toContainEqual(
      expect.objectContaining({ rule: 'sandwich_exposure', facts: expect.objectContaining(evidence) }),
    );
    expect(asked[0]).toMatchObject({
      chain: CHAIN,
      sold: [{ amount: 100n }],
      bought: expect.stringContaining(other.address.toLowerCase()),
    });
    answer = () => ({ amount: 50n, atMs: Date.now() });
    expect((await judged(security, 'a1', swap)).of('sandwich_exposure')).toBeUndefined();
    const lacking: readonly QuoteSource['quote'][] = [
      () => ({ amount: 100n, atMs: Date.now() - 61_000 }),
      () => ({ amount: 100n, atMs: Date.now() + 10_000 }),
      () => ({ amount: 0n, atMs: Date.now() }),
      () => ({ amount: 100, atMs: Date.now() }) as never,
      () => undefined,
      () => {
        throw new Error('down');
      },
      () => new Promise(() => undefined),
    ];
    for (answer of lacking) {
      const { risk, of } = await judged(security, 'a1', swap);
      expect([of('sandwich_exposure'), risk.unchecked]).toEqual([undefined, expect.arrayContaining(['sandwich_exposure'])]);
    }
  });

  it('read what a token that no list names calls itself', async () => {
    const security = await scene(kind, ['a1']);
    const pay = (token: Deployed): AgentRequest => ({
      to: token.address,
      data: token.data('transfer', [stranger(), 5n]),
      type: 'transfer',
    });
    const { decision, of } = await judged(security, 'a1', pay(fake));
    const listed = `${CHAIN}/erc20:${usd.address.toLowerCase()}`;
    expect(of('fake_token')).toMatchObject({ action: 'escalate', evidence: { symbol: 'USD', listed } });
    expect(decision.reports[2]?.reasons).toContainEqual(expect.objectContaining({ rule: 'fake_token' }));
    expect((await judged(security, 'a1', pay(usd))).of('fake_token')).toBeUndefined();
    const mute = { ...fake, address: router.address };
    expect((await judged(security, 'a1', pay(mute))).of('fake_token')).toMatchObject({ action: 'flag' });
  });

  it('tell of an account that many agents of the fleet turn to', async () => {
    const agents = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];
    const security = await scene(kind, agents);
    const to = stranger();
    const request: AgentRequest = { to, amount: '0.01', asset: 'ETH' };
    expect((await judged(security, 'a7', request)).risk.unchecked ?? []).not.toContain('fleet_coordination');
    const first = await Promise.all(['a1', 'a2', 'a3'].map((id) => send(security, id, '0.01', to)));
    expect(first.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
    const some = await judged(security, 'a7', request);
    expect(some.of('fleet_coordination')).toMatchObject({ action: 'alert', evidence: { otherAgents: 3, payments: 3, hoursKnown: 0 } });
    // Again by one that paid it before: one more payment, and no more agents.
    expect((await send(security, 'a1', '0.01', to)).status).toBe('success');
    expect((await judged(security, 'a7', request)).of('fleet_coordination')?.evidence).toMatchObject({ otherAgents: 3, payments: 4 });
    for (const id of ['a4', 'a5', 'a6']) expect((await send(security, id, '0.01', to)).status).toBe('success');
    const many = await judged(security, 'a7', request);
    expect(many.of('fleet_coordination')).toMatchObject({ action: 'escalate', evidence: { otherAgents: 6 } });
    expect(many.decision.verdict).toBe('escalated');
    expect((await judged(security, 'a7', { ...request, to: stranger() })).of('fleet_coordination')).toBeUndefined();
  });
});
