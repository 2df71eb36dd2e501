import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssetId, Token } from '../../src/core/index.ts';
import { type ConfiguredList, createRiskEngine } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { openBench } from '../e2e/bench.ts';

/** Ordinary contracts that published lists of scams and of blocked accounts name, some as holders of frozen coins. */
const LINK = '0x514910771af9ca656af840dff83e8264ecf986ca';
const OTHERS = {
  SHIB: '0x95ad61b0a150d79219dcf64e1e6cc01f0b64c4ce',
  SUSHI: '0x6b3595068778dd592e39a122f4f5a5cf09c90fe2',
  YFI: '0x0bc529c00c6401aef6d220be8c6ea1667f6ad93e',
  BAND: '0xba11d00c5f74255f56a5e366f4f77f5a186d7f55',
};
const WELL_KNOWN = {
  WETH: '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2',
  USDC: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48',
  USDT: '0xdac17f958d2ee523a2206206994597c13d831ec7',
  DAI: '0x6b175474e89094c44da98b954eedeac495271d0f',
};
const UNION = [LINK, ...Object.values(OTHERS), ...Object.values(WELL_KNOWN)];
const mainnet = (symbol: string, address: string): Token => ({ asset: `eip155:1/erc20:${address}` as AssetId, symbol, decimals: 18 });
const ETH: Token = { asset: 'eip155:1/slip44:60' as AssetId, symbol: 'ETH', decimals: 18 };
const OWN = [ETH, mainnet('LINK', LINK), ...Object.entries(OTHERS).map(([symbol, address]) => mainnet(symbol, address))];

const list = (more: object = {}): ConfiguredList => ({
  name: 'union',
  format: 'plain',
  trust: 'community',
  async *read() {
    yield Buffer.from(UNION.join('\n'));
  },
  ...more,
});
const blocked = async (tokens: readonly Token[], given: ConfiguredList, more: object = {}): Promise<readonly string[]> => {
  const { screening } = createRiskEngine({ tokens, screening: { lists: [given], ...more } });
  const found = await Promise.all(UNION.map(async (address) => [address, (await screening.screen(address)).verdict] as const));
  return found.flatMap(([address, verdict]) => (verdict === 'listed' ? [address] : []));
};

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

describe('ordinary contracts that a union of public lists names', () => {
  it('are excused where they are well known, or tokens of the deployment’s own', async () => {
    expect(await blocked([ETH], list())).toEqual([LINK, ...Object.values(OTHERS)]);
    expect(await blocked(OWN, list())).toEqual([]);
  });

  it('are excused without a word only while builtInExemptions is true', async () => {
    expect(await blocked(OWN, list(), { builtInExemptions: false })).toEqual(UNION);
    await expect(async () => blocked(OWN, list(), { builtInExemption: false })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('are never excused from sanctions, from what an authority says of them, and from the owner’s own list', async () => {
    expect(await blocked(OWN, list({ kind: 'sanctioned' }))).toEqual(expect.arrayContaining([LINK, ...Object.values(OTHERS)]));
    expect(await blocked(OWN, list({ trust: 'authority' }))).toEqual(UNION);
    expect(await blocked(OWN, list({ trust: 'owner' }))).toEqual(UNION);
  });

  it('can be moved and called through the gate, and a listed payee of theirs cannot be paid', async () => {
    const risk = { anomalyThreshold: 100, screening: { lists: [list()] } };
    const seen: string[][] = [];
    for (const tokens of [[{ symbol: 'LINK', address: LINK, decimals: 18 }], []]) {
      await using bench = await openBench(anvil, { tokens, risk });
      const { decision } = await bench.security.agent('a1').dryRun({ to: LINK, amount: '0.01', asset: 'ETH' });
      seen.push(decision.reasons.map(({ code }) => code).filter((code) => code === 'address_blacklisted'));
    }
    expect(seen).toEqual([[], ['address_blacklisted']]);
  });
});
