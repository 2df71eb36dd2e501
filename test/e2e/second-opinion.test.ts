import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecurityManager, renderChanges, type SimulationProvider } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, CHAIN, configOf, ETH, FREE, openBench } from './bench.ts';

let anvil: Anvil;
let server: Server;
/** What the scanner and the simulator of the moment answer; undefined hangs. */
const says: { scan: unknown; run: unknown } = { scan: undefined, run: undefined };
const asked: string[] = [];

beforeAll(async () => {
  anvil = await startAnvil();
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = request.url === '/scan' ? says.scan : says.run;
    if (answer !== undefined) response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await anvil?.stop();
});

async function post(path: string, body: unknown, signal: AbortSignal): Promise<Record<string, never>> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal });
  return (await response.json()) as Record<string, never>;
}
const bodyOf = ({ chain, wallet, calls }: Parameters<SimulationProvider['simulate']>[0]) => ({
  chain,
  from: wallet,
  calls: calls.map(({ to, value }) => [to, value.toString()]),
});
/** One that judges, and measures nothing. */
const scanner: SimulationProvider = {
  name: 'scanner',
  async simulate(question, signal) {
    const { result } = await post('/scan', bodyOf(question), signal);
    return { success: true, verdict: result as never, notes: ['by its list'] };
  },
};
/** One that simulates, and judges nothing. */
const simulator: SimulationProvider = {
  name: 'simulator',
  async simulate(question, signal) {
    const { status, changes } = await post('/run', bodyOf(question), signal);
    return {
      success: status as never,
      changes: (changes as unknown as [string, string][]).map(([asset, delta]) => ({
        account: question.wallet,
        asset: asset as never,
        delta: BigInt(delta),
      })),
    };
  },
};
const LOSS = [[`${CHAIN}/slip44:60`, (-ETH / 100n).toString()]];
const pay = { to: BOB, amount: '0.01', asset: 'ETH' };

async function ask(scan: unknown, run: unknown, required = true) {
  Object.assign(says, { scan, run });
  const simulation = {
    providers: [
      { provider: scanner, required },
      { provider: simulator, required, toleranceBps: 10 },
    ],
    providerTimeoutMs: 1_500,
  };
  await using bench = await openBench(anvil, { simulation, agents: { a1: { ...FREE, allowedDestinations: [BOB] } } });
  const { decision } = await bench.security.agent('a1').dryRun(pay);
  return [decision.verdict, ...decision.reasons.map(({ code, rule }) => `${code} ${rule}`)];
}

describe('two providers that are asked over HTTP', () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    ['agree', { result: 'benign' }, { status: true, changes: LOSS }, ['approved']],
    [
      'see a loss within their tolerance',
      { result: 'benign' },
      { status: true, changes: [[LOSS[0]?.[0], '-10009000000000000']] },
      ['approved'],
    ],
    ['call it malicious', { result: 'malicious' }, { status: true, changes: LOSS }, ['denied', 'simulation_flagged scanner']],
    ['warn', { result: 'warning' }, { status: true, changes: LOSS }, ['escalated', 'simulation_flagged scanner']],
    ['see it fail', { result: 'benign' }, { status: false, changes: [] }, ['denied', 'simulation_disputed simulator']],
    [
      'see another loss',
      { result: 'benign' },
      { status: true, changes: [[LOSS[0]?.[0], '-20000000000000000']] },
      ['denied', 'simulation_disputed simulator'],
    ],
    [
      'see something else leave',
      { result: 'benign' },
      { status: true, changes: [...LOSS, [`${CHAIN}/erc20:${BOB}`, '-1']] },
      ['denied', 'simulation_disputed simulator'],
    ],
    ['see nothing', { result: 'benign' }, { status: true, changes: [] }, ['denied', 'simulation_disputed simulator']],
    ['answer with nonsense', { result: 'fine' }, { status: true, changes: LOSS }, ['denied', 'simulation_disputed scanner']],
    [
      'name assets that are none',
      { result: 'benign' },
      { status: true, changes: [['ETH', '-1']] },
      ['denied', 'simulation_disputed simulator'],
    ],
  ])('%s', async (_name, scan, run, expected) => {
    expect(await ask(scan, run)).toEqual(expected);
  });

  it('and do not answer: denied, unless the deployment does without them', async () => {
    expect(await ask(undefined, { status: true, changes: LOSS })).toEqual(['denied', 'simulation_disputed scanner']);
    expect(await ask(undefined, { status: true, changes: LOSS }, false)).toEqual(['approved']);
    expect(await ask({ result: 'malicious' }, undefined, false)).toEqual(['denied', 'simulation_flagged scanner']);
    expect(new Set(asked)).toEqual(new Set(['/scan', '/run']));
  });

  it('are refused in the configuration where they cannot be told apart', () => {
    const simulation = { providers: [{ provider: scanner }, { provider: scanner }] };
    expect(() => createSecurityManager(configOf(anvil, { simulation }))).toThrow(/same name/);
  });
});

describe('a simulation that grows old', () => {
  const REVERTS = '0x60006000fd';
  it.each([
    ['the policy’s age limit', { simulationStalenessMs: 20 }, 60, false],
    ['a block that came', {}, 0, true],
  ])('is repeated before anything is signed: %s', async (_name, over, waitMs, mines) => {
    const execution = { settleTimeoutMs: 5_000, reconcileMs: 3_600_000, simulationStaleMs: 600_000 };
    await using bench = await openBench(anvil, { execution, agents: { a1: { ...FREE, allowedDestinations: [BOB], ...over } } });
    const agent = bench.security.agent('a1');
    const request = { ...pay, id: 'kept' };
    expect((await agent.authorize(request)).approved).toBe(true);
    await anvil.rpc('anvil_setCode', [BOB, REVERTS]);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (mines) await anvil.rpc('evm_mine');
    const result = await agent.execute(request);
    expect([result.status, result.reasons[0]?.code, result.txHash]).toEqual(['simulation_stale', 'simulation_stale', undefined]);
    await anvil.rpc('anvil_setCode', [BOB, '0x']);
    expect((await agent.execute(request)).status).toBe('success');
  });

  it('is void where a called contract runs other code by then', async () => {
    const execution = { settleTimeoutMs: 5_000, reconcileMs: 3_600_000, simulationStaleMs: 20 };
    const contract = `0x${'5c'.repeat(20)}`;
    await anvil.rpc('anvil_setCode', [contract, '0x00']);
    const agents = { a1: { ...FREE, allowedContracts: [{ address: contract, selectors: ['0x12345678'] }] } };
    await using bench = await openBench(anvil, { execution, agents });
    const agent = bench.security.agent('a1');
    const request = { id: 'code', type: 'contract_call', to: contract, data: '0x12345678' };
    expect((await agent.authorize(request)).reasons).toEqual([]);
    await anvil.rpc('anvil_setCode', [contract, '0x5b00']);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const result = await agent.execute(request);
    expect([result.status, result.reasons[0]?.message]).toEqual(['simulation_stale', expect.stringContaining('runs other code')]);
  });
});

describe('what would change', () => {
  it('is data in the decision and text for people', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, allowedDestinations: [BOB] } } });
    const opinion = await bench.security.authorization.simulate({ ...pay, agentId: 'a1' });
    const wallet = `${CHAIN}:${bench.wallet.address.toLowerCase()}`;
    expect(opinion.changes).toEqual([
      { account: wallet, asset: `${CHAIN}/slip44:60`, delta: '-10000000000000000' },
      { account: `${CHAIN}:${BOB.toLowerCase()}`, asset: `${CHAIN}/slip44:60`, delta: '10000000000000000' },
    ]);
    const changes = opinion.changes.map((change) => ({ ...change, delta: BigInt(change.delta) })) as never;
    const block = { number: '9', hash: '0x', timestampMs: 0 };
    const report = {
      success: true,
      wouldRevert: false,
      gasEstimate: '0',
      coverageLevel: 'deep',
      caveats: [],
      warnings: [],
      errors: [],
      block,
    } as const;
    const eth = { asset: `${CHAIN}/slip44:60` as never, symbol: 'ETH', decimals: 18 };
    expect(renderChanges({ ...report, effects: [], changes }, [eth]).split('\n')).toEqual([
      'Simulated on block 9:',
      expect.stringMatching(/ loses 0\.01 "ETH" \[/),
      expect.stringMatching(/ gains 0\.01 "ETH" \[/),
    ]);
    const bad = { ...report, success: false, errors: ['reverted: "\u202e"'], effects: [] };
    expect(renderChanges(bad, [])).toBe('It would FAIL on block 9:\n- "reverted: \\"\\u{202e}\\""\n- nothing moves');
  });
});
