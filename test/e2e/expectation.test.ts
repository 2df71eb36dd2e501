import { encodeAbiParameters, keccak256 } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentRequest } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { type Bench, balanceOf, CAROL, CHAIN, FREE, openBench, person, registered, stranger } from './bench.ts';

let anvil: Anvil;
let usd: Deployed;
let other: Deployed;
let exchange: Deployed;
let bench: Bench;

const TRADE: string[] = [];
const agentOf = (over: object = {}) => ({
  ...FREE,
  allowedContracts: [{ address: exchange.address, selectors: TRADE }],
  limits: { ...FREE.limits, assets: {} },
  ...over,
});
const tokensOf = () => [
  { symbol: 'USD', address: usd.address, decimals: 6 },
  { symbol: 'OTHER', address: other.address, decimals: 18 },
];

beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
  other = await deploy(anvil, 'PlainToken', ['OTHER', 18]);
  exchange = await deploy(anvil, 'Exchange');
  const some = [usd.address, 1n, CAROL] as const;
  TRADE.push(exchange.data('trade', some).slice(0, 10), exchange.data('tradeAndTake', [...some, other.address, 1n]).slice(0, 10));
  await usd.send('mint', [exchange.address, 1_000_000_000n]);
  bench = await openBench(anvil, { tokens: tokensOf(), agents: { a1: agentOf() } });
});
afterAll(async () => {
  await bench?.security.shutdown(2_000);
  await anvil?.stop();
});

const trade = (data: string, expectation?: AgentRequest['expect'], over: Partial<AgentRequest> = {}): AgentRequest => ({
  type: 'contract_call',
  to: exchange.address,
  data,
  value: '0.1',
  asset: 'ETH',
  amount: '0.1',
  ...(expectation === undefined ? {} : { expect: expectation }),
  ...over,
});
const quote = { out: '<= 0.1 ETH', in: '>= 149 USD' };
const pays = (amount: bigint, to: string = bench.wallet.address): string => exchange.data('trade', [usd.address, amount, to]);

describe('calldata of a third party', () => {
  it('goes through where it does what the quote promised', async () => {
    const result = await bench.security.agent('a1').execute(trade(pays(150_000_000n), quote));
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await anvil.rpc('eth_call', [{ to: usd.address, data: usd.data('balanceOf', [bench.wallet.address]) }, 'latest'])).toBe(
      `0x${150_000_000n.toString(16).padStart(64, '0')}`,
    );
  });

  it.each<[string, () => string, AgentRequest['expect'], object]>([
    ['pays less', () => pays(148_999_999n), quote, { rule: 'expect.in', limit: '149000000', requested: '148999999' }],
    ['pays somebody else', () => pays(150_000_000n, CAROL), quote, { rule: 'expect.in', requested: '0' }],
    [
      'takes more than quoted',
      () => pays(150_000_000n),
      { ...quote, out: '<= 0.09 ETH' },
      { rule: 'expect.out', requested: '100000000000000000' },
    ],
    [
      'pays the wallet and not the recipient',
      () => pays(150_000_000n),
      { ...quote, recipient: CAROL },
      { rule: 'expect.in', requested: '0' },
    ],
  ])('is denied where it %s', async (_name, data, expectation, reason) => {
    const result = await bench.security.agent('a1').execute(trade(data(), expectation));
    expect([result.status, result.reasons]).toEqual([
      'simulation_failed',
      [expect.objectContaining({ code: 'expectation_not_met', ...reason })],
    ]);
  });

  it('is denied where it uses an old allowance on the side', async () => {
    const { address } = bench.wallet;
    await other.send('mint', [address, 50n]);
    // allowance[wallet][exchange] of PlainToken, as if given long ago.
    const inner = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [address as `0x${string}`, 4n]));
    const slot = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [exchange.address, inner]));
    await anvil.rpc('anvil_setStorageAt', [other.address, slot, `0x${'0'.repeat(62)}32`]);
    const data = exchange.data('tradeAndTake', [usd.address, 150_000_000n, address, other.address, 50n]);
    const { blockers } = await bench.security.agent('a1').dryRun(trade(data, quote));
    expect(blockers).toContainEqual(
      expect.objectContaining({ code: 'expectation_not_met', rule: 'expect.out', limit: '0', requested: '50' }),
    );
    const harmless = exchange.data('tradeAndTake', [usd.address, 150_000_000n, address, other.address, 0n]);
    const { decision, blockers: none } = await bench.security.agent('a1').dryRun(trade(harmless, { ...quote, spender: exchange.address }));
    expect(none).toEqual([]);
    expect(decision.facts['simulation']).toMatchObject({ expect: { spender: `${CHAIN}:${exchange.address}` } });
  });

  it.each<[unknown, string]>([
    [{ out: '>= 1 ETH' }, 'expect.out is written'],
    [{ in: '<= 1 USD' }, 'expect.in is written'],
    [{ in: '>= 1e3 USD' }, 'expect.in is written'],
    [{ in: '>= 0.0000001 USD' }, 'more decimals'],
    [{ in: '>= 1 NOPE' }, 'No token on the list'],
    [{ in: ['>= 1 USD', '>= 2 USD'] }, 'names an asset twice'],
    [{ out: '<= 1 USD', in: '>= 1 USD' }, 'both as leaving and as coming'],
    [{}, 'bounds nothing'],
    [{ out: [], recipient: CAROL }, 'needs expect.in'],
    [{ out: '<= 1 ETH', recipent: CAROL }, 'expect'],
  ])('with an expectation that says nothing sound: %j', async (expectation, message) => {
    const result = await bench.security.agent('a1').dryRun(trade(pays(1n), expectation as AgentRequest['expect']));
    expect(result.blockers[0]?.message).toContain(message);
  });

  it('is another body with another expectation', async () => {
    const agent = bench.security.agent('a1');
    expect((await agent.execute(trade(pays(150_000_000n), quote, { id: 'bound' }))).status).toBe('success');
    const loose = await agent.execute(trade(pays(150_000_000n), { ...quote, in: '>= 1 USD' }, { id: 'bound' }));
    expect(loose.reasons[0]?.code).toBe('request_id_reused');
  });
});

describe('a plain payment', () => {
  it('is bound as well: the payee gains all of it', async () => {
    const payee = stranger();
    const agent = bench.security.agent('a1');
    const sent = { to: payee, amount: '0.01', asset: 'ETH', expect: { out: '= 0.01 ETH', in: '= 0.01 ETH', recipient: payee } };
    const { decision } = await agent.dryRun({ ...sent, expect: { ...sent.expect, in: '= 0.02 ETH' } });
    expect(decision.reasons.map(({ code }) => code)).toContain('expectation_not_met');
    expect((await agent.dryRun(sent)).decision.reasons.map(({ code }) => code)).not.toContain('expectation_not_met');
    expect(await balanceOf(anvil, payee)).toBe(0n);
  });
});

describe('what a person is asked', () => {
  it('names what the request is bound to', async () => {
    const anna = person('anna');
    await using own = await openBench(anvil, {
      tokens: tokensOf(),
      agents: { a1: agentOf({ requireApproval: true }) },
      registry: { keys: [registered(anna, 'owner', 'operator', 'approver')] },
    });
    const asked = await own.security.agent('a1').execute(trade(pays(150_000_000n, own.wallet.address), quote));
    expect([asked.status, asked.reasons.map(({ code }) => code)]).toMatchObject([
      'approval_pending',
      ['approval_pending', 'approval_required'],
    ]);
    const { request } = (await own.security.approvals.get(asked.approvalId ?? '')) ?? {};
    expect(request?.rendered).toContain(`Or else it is not signed:\n- at most 0.1 "ETH" [`);
    expect(request?.rendered).toMatch(/- nothing else leaves\n- at least 149 "USD" \[.*\] comes to 0x/);
  });
});
