import { describe, expect, it } from 'vitest';
import type { AssetId, Effect } from '../../../src/core/index.ts';
import { BASE, BOB, CHAIN, call, EVE, fee, foreign, judgeOnce, policyOf, ROUTER, send, USDC, WALLET, WETH } from '../fixture.ts';
import { policyReasons } from './judged-policy.ts';

const ALL = { enabled: true } as const;
const JUNK = `${CHAIN}/erc20:0x${'ba'.repeat(20)}` as AssetId;
const PIECE = `${CHAIN}/erc721:0x${'bc'.repeat(20)}/7` as AssetId;
const does = (leaf = '0', capability = 'trading', contract = ROUTER): Effect =>
  ({ ...call(contract, '0x12345678', 'swap', leaf), protocol: 'p', capability }) as Effect;
const gets = (over: object = {}): Effect =>
  ({ kind: 'inflow', account: WALLET, counterparty: ROUTER, asset: WETH, amount: 1n, leaf: '0', source: 'bytes', ...over }) as Effect;
const pays = (leaf = '0', amount = 5n): Effect => send(amount, ROUTER, USDC, leaf);
async function told(effects: readonly Effect[], request: object = {}) {
  const capabilities = { trading: ALL, staking: ALL, transfers: ALL, contracts: ALL, nft: ALL };
  const limits = { perTransaction: 10, daily: 20, weekly: 100, monthly: 200, assets: { USDC: { daily: 1_000 } } };
  const policy = policyOf(
    { capabilities, limits, allowedProtocols: ['p'], allowedContracts: [{ address: EVE, capability: 'trading' }] },
    BASE,
  );
  const reasons = policyReasons(
    await judgeOnce({ effects: [fee(), ...effects], policy, request: foreign({ type: 'contract_call', ...request }) }),
  );
  return reasons.filter(({ rule }) => rule === 'trading.return');
}
const BARE = [{ code: 'slippage_not_declared', retryable: false, rule: 'trading.return', facts: { protocol: 'p', contract: ROUTER } }];
const expecting = (over: object = {}, asset: AssetId = WETH) => ({
  expect: { out: null, in: [{ asset, amount: 1n, bound: 'least', ...over }], recipient: WALLET, spender: null, toleranceBps: 0 },
});

describe('a trade that promises nothing', () => {
  it('is denied once, with its protocol and contract', async () => {
    expect(await told([does(), pays()])).toEqual(BARE);
    expect(await told([does('0'), pays('0'), does('1'), pays('1')])).toEqual(BARE);
  });

  it('is settled by what the bytes bring to the wallet', async () => {
    expect(await told([does(), pays(), gets()])).toEqual([]);
    for (const over of [{ source: 'simulation' }, { account: BOB }, { amount: 0n }, { asset: JUNK }, { leaf: '1' }])
      expect(
        await told([does(), pays(), gets(over)]),
        JSON.stringify(over, (_, v) => String(v)),
      ).toEqual(BARE);
    expect(await told([does(), pays(), gets({ asset: PIECE })])).toEqual([]);
  });

  it('is one only where something is given to a known protocol’s trade', async () => {
    expect(await told([does(), pays('0', 0n)])).toEqual([]);
    expect(await told([does('0', 'staking'), pays()])).toEqual([]);
    expect(await told([call(EVE), send(5n, EVE, USDC)])).toEqual([]);
    expect(await told([send(5n, BOB, USDC)])).toEqual([]);
  });

  it('is settled within its own call, however deep', async () => {
    expect(await told([does('0.1'), pays('0.1'), gets({ leaf: '0.1' })])).toEqual([]);
    expect(await told([does('0'), pays('0'), gets({ leaf: '0.3' })])).toEqual([]);
    expect(await told([does('0.1'), pays('0.1'), gets({ leaf: '1.1' })])).toEqual(BARE);
  });

  it('is held to what the request expects, where that is a least of something known', async () => {
    expect(await told([does(), pays()], expecting())).toEqual([]);
    for (const over of [{ bound: 'most' }, { amount: 0n }]) expect(await told([does(), pays()], expecting(over))).toEqual(BARE);
    const two = {
      expect: {
        ...expecting().expect,
        in: [
          { asset: USDC, amount: 1n, bound: 'most' },
          { asset: WETH, amount: 1n, bound: 'least' },
        ],
      },
    };
    expect(await told([does(), pays()], two)).toEqual([]);
    expect(await told([does(), pays()], { expect: { ...expecting().expect, recipient: BOB } })).toEqual(BARE);
  });
});
