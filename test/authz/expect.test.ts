import { describe, expect, it } from 'vitest';
import { DEFAULT_JUDGE_SETTINGS } from '../../src/authz/judge-settings.ts';
import { missingFrom } from '../../src/authz/simulation/missing.ts';
import type { Effect, Expectation, SecondOpinion } from '../../src/core/index.ts';
import {
  allow,
  BOB,
  call,
  ETH,
  EVE,
  ether,
  fee,
  judgeOnce,
  OPEN,
  policyOf,
  ROUTER,
  report,
  request,
  send,
  simulated,
  USDC,
  WALLET,
  WETH,
} from './fixture.ts';

const comes = (amount: bigint, account = WALLET, asset = USDC): Effect => ({
  kind: 'inflow',
  account,
  counterparty: ROUTER,
  asset,
  amount,
  leaf: '0',
  source: 'simulation',
});
const quote = (over: Partial<Expectation> = {}): Expectation => ({
  out: [{ asset: ETH, amount: ether('1.5'), bound: 'most' }],
  in: [{ asset: USDC, amount: 1_490_000_000n, bound: 'least' }],
  recipient: WALLET,
  spender: null,
  toleranceBps: 0,
  ...over,
});
const trader = policyOf({
  ...OPEN,
  allowedContracts: [{ address: ROUTER.slice(9), selectors: ['0x12345678'] }],
  limits: { ...OPEN.limits },
});
const swap = (effects: readonly Effect[], expectation: Expectation | null = quote(), over: Partial<Parameters<typeof report>[1]> = {}) =>
  judgeOnce({
    request: request({
      type: 'contract_call',
      action: { kind: 'calls', calls: [] },
      declared: { asset: ETH, amount: ether('1.5').toString(), destination: null },
      expect: expectation,
    }),
    effects: [fee(), call(), send(ether('1'), ROUTER)],
    policy: trader,
    over: { simulate: async () => report(effects, over) },
  });
const layerEight = (judgement: Awaited<ReturnType<typeof swap>>) =>
  judgement.reports
    .find(({ layer }) => layer === 'simulation')
    ?.reasons.map(({ code, rule, limit, requested, unit }) => ({ code, rule, limit, requested, unit }));
const codes = (judgement: Awaited<ReturnType<typeof swap>>) => layerEight(judgement)?.map(({ code }) => code);

const GOOD = [simulated(ether('1'), ROUTER), comes(1_495_000_000n)];

describe('a quote that is bound', () => {
  it('passes where the simulation comes to it', async () => {
    const judgement = await swap(GOOD);
    expect(codes(judgement)).toEqual([]);
    expect(judgement.facts['simulation']).toMatchObject({
      expect: { out: [{ asset: ETH, amount: ether('1.5').toString(), bound: 'most' }] },
      changes: [
        { account: WALLET, asset: ETH, delta: (-ether('1')).toString() },
        { account: WALLET, asset: USDC, delta: '1495000000' },
      ],
    });
  });

  it.each<[string, readonly Effect[], Expectation, object]>([
    [
      'pays less',
      [GOOD[0] as Effect, comes(1_489_999_999n)],
      quote(),
      { rule: 'expect.in', limit: '1490000000', requested: '1489999999', unit: USDC },
    ],
    ['pays nothing', [GOOD[0] as Effect], quote(), { rule: 'expect.in', requested: '0' }],
    ['pays somebody else', [GOOD[0] as Effect, comes(1_495_000_000n, EVE)], quote(), { rule: 'expect.in', requested: '0' }],
    [
      'pays another token of the same amount',
      [GOOD[0] as Effect, comes(1_495_000_000n, WALLET, WETH)],
      quote(),
      { rule: 'expect.in', requested: '0' },
    ],
    ['pays and takes it back', [...GOOD, simulated(1_400_000_000n, EVE, USDC)], quote(), { rule: 'expect.in', requested: '95000000' }],
    [
      'takes more',
      [simulated(ether('1.6'), ROUTER), comes(1_495_000_000n)],
      quote(),
      { rule: 'expect.out', limit: ether('1.5').toString(), requested: ether('1.6').toString(), unit: ETH },
    ],
    [
      'takes something else as well',
      [...GOOD, simulated(1n, ROUTER, WETH)],
      quote(),
      { rule: 'expect.out', limit: '0', requested: '1', unit: WETH },
    ],
    ['is bound to let nothing leave', GOOD, quote({ out: [] }), { rule: 'expect.out', limit: '0', unit: ETH }],
    [
      'takes another amount than exactly',
      GOOD,
      quote({ out: [{ asset: ETH, amount: ether('1.5'), bound: 'exactly' }] }),
      { rule: 'expect.out', requested: ether('1').toString() },
    ],
    [
      'pays more than exactly',
      GOOD,
      quote({ in: [{ asset: USDC, amount: 1_490_000_000n, bound: 'exactly' }] }),
      { rule: 'expect.in', requested: '1495000000' },
    ],
    ['pays the wallet and not the recipient', GOOD, quote({ recipient: BOB }), { rule: 'expect.in', requested: '0' }],
    [
      'lets a stranger take',
      [...GOOD, { ...allow(5n, EVE), source: 'simulation' } as Effect],
      quote({ spender: ROUTER }),
      { rule: 'expect.spender' },
    ],
  ])('denies what %s', async (_name, effects, expectation, reason) => {
    const judgement = await swap(effects, expectation);
    expect(judgement.verdict).toBe('denied');
    expect(layerEight(judgement)).toContainEqual(expect.objectContaining({ code: 'expectation_not_met', ...reason }));
  });

  it('measures the bytes too: what they allow must be within it', async () => {
    const judgement = await swap(GOOD, quote({ out: [{ asset: ETH, amount: ether('0.9'), bound: 'most' }] }));
    expect(layerEight(judgement)).toContainEqual(expect.objectContaining({ rule: 'expect.out', requested: ether('1').toString() }));
  });

  it('passes where the expected spender is the one, and the recipient is paid', async () => {
    expect(codes(await swap([GOOD[0] as Effect, comes(1_495_000_000n, BOB)], quote({ recipient: BOB })))).toEqual([]);
  });

  it('is never held against nothing: no simulation denies, whatever else is dispensed with', async () => {
    const settings = { ...DEFAULT_JUDGE_SETTINGS, allowUnenforced: true, enableSimulation: false };
    const scene = { effects: [fee(), send(ether('1'))], request: request({ expect: quote({ in: [] }) }) };
    const judgement = await judgeOnce(scene, { settings });
    expect(codes(judgement)).toEqual(['simulation_unavailable']);
    expect(codes(await judgeOnce({ ...scene, request: request() }, { settings }))).toEqual([]);
  });

  it('can only deny: what was denied without it stays so', async () => {
    const judgement = await swap([...GOOD, simulated(ether('0.4'), EVE), simulated(1n, EVE, USDC)]);
    expect(judgement.verdict).toBe('denied');
  });

  it('takes room for what its tolerance lets leave, rounded up', async () => {
    const judged = await swap([simulated(ether('1') + 3n, ROUTER), comes(1_495_000_000n)], quote({ toleranceBps: 50 }));
    const [more] = judged.effects.filter(({ source }) => source === 'simulation');
    // Three base units beyond the bytes, and half a percent of them more: one, because nothing is rounded down.
    expect(more).toMatchObject({ kind: 'outflow', amount: 4n });
  });
});

describe('no difference seen is not no loss', () => {
  it.each<[string, readonly Effect[], readonly Effect[], number]>([
    ['a payment that is not there', [send(ether('1'))], [], 1],
    ['a token payment that is not there', [send(100n, BOB, USDC)], [], 1],
    ['a token payment that is smaller', [send(100n, BOB, USDC)], [simulated(60n, BOB, USDC)], 1],
    ['an allowance that is not there', [allow(5n)], [], 1],
    ['an allowance that ends at nothing', [allow(5n)], [{ ...allow(0n), source: 'simulation' }], 1],
    ['an allowance of a token that counts in fewer bits', [allow('unlimited')], [{ ...allow(2n ** 96n - 1n), source: 'simulation' }], 0],
    ['value that a call returns whole', [call(), send(ether('1'), ROUTER)], [], 1],
    ['value that a call returns in part', [call(), send(ether('1'), ROUTER)], [simulated(ether('0.4'), ROUTER)], 0],
    ['a coin that the payee returns in part', [send(ether('1'))], [simulated(ether('0.4'), BOB)], 0],
    ['a coin that comes back with more', [call(), send(ether('1'), ROUTER)], [comes(ether('0.1'), WALLET, ETH)], 0],
    ['a payment to oneself', [send(ether('1'), WALLET)], [], 0],
    ['an allowance that is taken away', [allow(0n)], [], 0],
    ['what others pay', [send(5n, WALLET, USDC, '0', BOB)], [], 0],
  ])('%s', (_name, effects, shown, told) => {
    expect(missingFrom(shown, effects, WALLET).told).toHaveLength(told);
  });

  it('denies by layer 8', async () => {
    const judgement = await judgeOnce({ over: { simulate: async () => report([]) } });
    expect([judgement.verdict, codes(judgement)]).toEqual(['denied', ['simulation_contradicts_bytes']]);
  });
});

describe('second opinions', () => {
  const opinion = (outcome: SecondOpinion['outcome'], required = true): SecondOpinion => ({
    name: 'scan',
    outcome,
    detail: 'why',
    required,
  });
  it.each<[SecondOpinion, string, readonly string[]]>([
    [opinion('agrees'), 'approved', []],
    [opinion('malicious'), 'denied', ['simulation_flagged']],
    [opinion('malicious', false), 'denied', ['simulation_flagged']],
    [opinion('disputed'), 'denied', ['simulation_disputed']],
    [opinion('disputed', false), 'denied', ['simulation_disputed']],
    [opinion('missing'), 'denied', ['simulation_disputed']],
    [opinion('missing', false), 'approved', []],
    [opinion('warning'), 'escalated', ['simulation_flagged']],
  ])('%j: %s', async (given, verdict, expected) => {
    const judgement = await judgeOnce({ over: { simulate: async () => report([simulated(ether('1'), BOB)], { opinions: [given] }) } });
    expect([judgement.verdict, codes(judgement)]).toEqual([verdict, expected]);
  });

  it('that cannot be read leave nothing simulated', async () => {
    const opinions = [{ ...opinion('agrees'), outcome: 'fine' }] as never;
    const judgement = await judgeOnce({ over: { simulate: async () => report([simulated(ether('1'), BOB)], { opinions }) } });
    expect(codes(judgement)).toEqual(['simulation_unavailable']);
  });
});
