import { describe, expect, it } from 'vitest';
import { excessOf } from '../../src/authz/index.ts';
import { type AssetId, collectibleAsset, type Effect } from '../../src/core/index.ts';
import { BASE, BOB, CHAIN, call, ETH, EVE, ether, fee, foreign, judgeOnce, policyOf, ROUTER, send, USDC, WALLET, WETH } from './fixture.ts';

const POLICY = {
  capabilities: {
    trading: { enabled: true },
    staking: { enabled: true },
    governance: { enabled: true },
    nft: { enabled: true },
    transfers: { enabled: true },
  },
  limits: { perTransaction: 10, daily: 20, weekly: 100, monthly: 200, assets: { USDC: { daily: 1_000 }, WETH: { daily: 1_000 } } },
  allowedDestinations: [BOB],
};
const of = (protocol: string, capability: 'trading' | 'staking' | 'governance' | 'nft', leaf = '0'): Effect =>
  ({ ...call(ROUTER, '0x12345678', 'swap', leaf), protocol, capability }) as Effect;
const comes = (amount: bigint, leaf = '0', to = WALLET): Effect => ({
  kind: 'inflow',
  account: to,
  counterparty: ROUTER,
  asset: WETH,
  amount,
  leaf,
  source: 'bytes',
});
/** Of no contract that is listed. */
const JUNK = `${CHAIN}/erc20:0x${'ba'.repeat(20)}` as AssetId;
const TRADE = [fee(), of('uniswap-v3', 'trading'), send(5n, ROUTER, USDC)];
const SWAP = [...TRADE, comes(1n)];
/** The verdict, and the reasons of a denial. */
const codesOf = async (scene: Parameters<typeof judgeOnce>[0]): Promise<readonly string[]> => {
  const { verdict, reports } = await judgeOnce(scene);
  return verdict === 'denied' ? reports.flatMap(({ reasons }) => reasons.map(({ code }) => code)) : [verdict];
};
const judge = (effects: readonly Effect[], permissions: object = {}, type = 'contract_call') =>
  codesOf({ effects, policy: policyOf({ ...POLICY, ...permissions }, BASE), request: foreign({ type }) });

describe('a protocol that is allowed by name', () => {
  it('admits its registered deployments, and no other', async () => {
    expect(await judge(SWAP, { allowedProtocols: ['uniswap-v3'] })).toEqual(['approved']);
    expect(await judge(SWAP, { allowedProtocols: ['uniswap-v2'] })).toContain('contract_not_allowed');
    expect(await judge(SWAP)).toContain('contract_not_allowed');
  });

  it('is not what an unread call, or one of a simulation, says of itself', async () => {
    const unread = { ...of('uniswap-v3', 'trading'), method: null } as Effect;
    expect(await judge([fee(), unread], { allowedProtocols: ['uniswap-v3'] })).toContain('effect_unknown');
    const simulated = { ...of('uniswap-v3', 'trading'), source: 'simulation' } as Effect;
    expect(await judge([fee(), simulated], { allowedProtocols: ['uniswap-v3'] })).toContain('contract_not_allowed');
  });

  it('needs its capability all the same', async () => {
    const permissions = { allowedProtocols: ['uniswap-v3'], capabilities: { ...POLICY.capabilities, trading: { enabled: false } } };
    expect(await judge(SWAP, permissions)).toContain('capability_disabled');
  });

  it('gives way to the entries of a contract that is listed itself', async () => {
    const allowedContracts = [{ address: ROUTER, selectors: ['0xdeadbeef'] }];
    expect(await judge(SWAP, { allowedProtocols: ['uniswap-v3'], allowedContracts })).toContain('contract_not_allowed');
    const expired = [{ address: ROUTER, expiresAt: 1 }];
    expect(await judge(SWAP, { allowedProtocols: ['uniswap-v3'], allowedContracts: expired })).toContain('contract_entry_expired');
  });

  it('is spelled as decoders spell it', () => {
    for (const name of ['Uniswap', 'uniswap v3', '', `0x${'a'.repeat(40)}`])
      expect(() => policyOf({ allowedProtocols: [name] } as never), name).toThrow(/allowedProtocols/);
  });
});

describe('a strategy names protocols', () => {
  const permissions = { allowedProtocols: ['uniswap-v3', 'aave'], strategies: [{ id: 's1', protocols: ['uniswap-v3'] }] };
  const under = (effects: readonly Effect[]) =>
    codesOf({
      effects,
      policy: policyOf({ ...POLICY, ...permissions }),
      request: foreign({ type: 'contract_call', context: { strategy: 's1' } }),
    });
  it('and is held to them', async () => {
    expect(await under(SWAP)).toEqual(['approved']);
    expect(await under([fee(), of('aave', 'staking'), send(5n, ROUTER, USDC)])).toContain('strategy_protocol_not_allowed');
  });
});

describe('the declared type is held to what the effects are', () => {
  const ALLOWED = { allowedProtocols: ['uniswap-v3', 'aave', 'governor'], allowedContracts: [{ address: EVE }] };
  const cases: readonly (readonly [string, string, readonly Effect[], boolean])[] = [
    ['a swap', 'swap', SWAP, true],
    ['a swap that also pays somebody', 'swap', [...SWAP, send(1n, BOB, USDC, '1')], false],
    ['a swap that is a payment', 'swap', [fee(), send(1n)], false],
    ['a swap whose output goes to somebody else', 'swap', [...SWAP, send(1n, BOB, WETH, '0', ROUTER)], false],
    ['a swap that is a call nobody can name', 'swap', [fee(), call(EVE)], false],
    ['a transfer that is a swap', 'transfer', SWAP, false],
    ['a stake', 'stake', [fee(), of('aave', 'staking'), send(5n, ROUTER, USDC)], true],
    ['a stake that trades', 'stake', SWAP, false],
    ['a stake that grants an allowance', 'stake', [fee(), of('aave', 'staking'), allowance(5n)], false],
    ['a vote', 'vote', [fee(), of('governor', 'governance')], true],
    ['a vote with money', 'vote', [fee(), of('governor', 'governance'), send(ether('1'), ROUTER)], false],
    ['a vote beside a payment', 'vote', [fee(), of('governor', 'governance'), send(1n, BOB, ETH, '1')], false],
  ];
  it.each(cases)('%s', async (_, type, effects, fits) => {
    expect((await judge(effects, ALLOWED, type)).includes('capability_mismatch')).toBe(!fits);
  });

  it('what the owner lists a contract as comes before what its decoder says', async () => {
    const allowedContracts = [{ address: ROUTER, capability: 'staking' }];
    expect(await judge(SWAP, { allowedContracts }, 'stake')).toEqual(['approved']);
    expect(await judge(SWAP, { allowedContracts }, 'swap')).toContain('capability_mismatch');
  });
});

function allowance(amount: bigint): Effect {
  return { kind: 'allowance', owner: WALLET, spender: ROUTER, asset: USDC, amount, expiresAtMs: null, leaf: '0', source: 'bytes' };
}

describe('a trade', () => {
  const ALLOWED = { allowedProtocols: ['uniswap-v3'] };
  it.each<[string, readonly Effect[], boolean]>([
    ['that names what comes at least', SWAP, true],
    ['that names nothing', TRADE, false],
    ['that names nothing above zero', [...TRADE, comes(0n)], false],
    ['whose return is a token that anybody could have made', [...TRADE, { ...comes(10n ** 30n), asset: JUNK } as Effect], false],
    ['whose return goes to somebody else', [...TRADE, comes(1n, '0', BOB)], false],
    ['beside a call that brings something of its own', [...TRADE, comes(1n, '1')], false],
    [
      'inside a batch of the router',
      [fee(), of('uniswap-v3', 'trading'), of('uniswap-v3', 'trading', '0.0'), send(5n, ROUTER, USDC, '0.0'), comes(1n, '0.1')],
      true,
    ],
    ['that is a call nobody knows, which the owner lists', [fee(), call(), send(5n, ROUTER, USDC)], true],
  ])('%s', async (_, effects, passes) => {
    const permissions = effects.some((effect) => effect.kind === 'call' && effect.protocol === undefined)
      ? { allowedContracts: [{ address: ROUTER, capability: 'trading' }] }
      : ALLOWED;
    expect((await judge(effects, permissions)).includes('slippage_not_declared')).toBe(!passes);
  });

  it('may leave it to what the request expects for the wallet', async () => {
    const expecting = (amount: bigint, recipient = WALLET, bound: 'least' | 'most' = 'least') =>
      codesOf({
        effects: TRADE,
        policy: policyOf({ ...POLICY, ...ALLOWED }),
        request: foreign({
          type: 'swap',
          expect: { out: null, in: [{ asset: WETH, amount, bound }], recipient, spender: null, toleranceBps: 0 },
        }),
      });
    expect(await expecting(1n)).not.toContain('slippage_not_declared');
    for (const codes of [await expecting(0n), await expecting(1n, BOB), await expecting(1n, WALLET, 'most')])
      expect(codes).toContain('slippage_not_declared');
  });
});

describe('collectibles', () => {
  const item = collectibleAsset(CHAIN, 'erc721', EVE, 42n);
  const collection = collectibleAsset(CHAIN, 'erc721', EVE);
  const leaves = [fee(), send(1n, BOB, item)];
  const assets = (asset: AssetId, daily: number) => ({ limits: { ...POLICY.limits, assets: { [asset]: { daily } } } });
  it('are denied unless the item or its collection has limits of its own', async () => {
    expect(await judge(leaves)).toContain('limit_missing');
    expect(await judge(leaves, assets(item, 1))).toEqual(['approved']);
    expect(await judge(leaves, assets(collection, 1))).toEqual(['approved']);
  });

  it('count in pieces, all items of a limited collection together', async () => {
    const two = [fee(), send(1n, BOB, item), send(1n, BOB, collectibleAsset(CHAIN, 'erc721', EVE, 43n), '1')];
    expect(await judge(two, assets(collection, 1))).toContain('per_transaction_limit');
    expect(await judge(two, assets(collection, 2))).toEqual(['approved']);
  });

  it('are of the capability nft', async () => {
    const capabilities = { ...POLICY.capabilities, nft: { enabled: false } };
    expect(await judge(leaves, { ...assets(item, 1), capabilities })).toContain('capability_disabled');
    expect(await judge(leaves, assets(item, 1), 'transfer')).toContain('capability_mismatch');
  });
});

describe('what a protocol takes may go to its pools', () => {
  const POOL = BOB;
  const taken = (amount: bigint, to = POOL): Effect => ({ ...send(amount, to, USDC), source: 'simulation' }) as Effect;
  const excess = (decoded: readonly Effect[], simulated: readonly Effect[]) =>
    excessOf(decoded, simulated, { wallet: WALLET, declared: foreign().declared });
  it('as far as the bytes give it away', () => {
    expect(excess(SWAP, [taken(5n)]).effects).toEqual([]);
    expect(excess(SWAP, [taken(2n), taken(3n, EVE)]).effects).toEqual([]);
    expect(excess(SWAP, [taken(7n)]).unintended.length).toBeGreaterThan(0);
  });

  it('and not where nobody knows the contract', () => {
    const unknown = [fee(), call(), send(5n, ROUTER, USDC)];
    expect(excess(unknown, [taken(5n)]).effects).toMatchObject([{ counterparty: POOL, amount: 5n }]);
  });
});
