import { expect } from 'vitest';
import { type MarketData, staticMarket } from '../../src/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { FREE, type Given, openBench, stranger } from '../e2e/bench.ts';
import type { Effects } from './effect.ts';

const ETH = 'eip155:31337/slip44:60';
/** Two thousand dollars and a little less, a price of this moment each time it is asked for. */
const desk = (more: { readonly late?: number; readonly asked?: () => void } = {}): MarketData => ({
  read() {
    more.asked?.();
    const atMs = Date.now() - (more.late ?? 0);
    return {
      prices: [{ asset: ETH as never, unit: 'USD', numerator: 1_960_000_000n, denominator: 10n ** 18n, atMs }],
      pools: [],
      fees: [],
    };
  },
});
const market = (given: Given['market']): Given => ({ market: given });

async function flagsOf(anvil: Anvil, given: Given, waitMs = 0): Promise<readonly string[]> {
  await using bench = await openBench(anvil, given);
  await bench.security.start();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const { flags } = await bench.security.risk.assessTransaction({
    agentId: 'a1',
    type: 'transfer',
    to: stranger(),
    amount: '0.9',
    asset: 'ETH',
  });
  return flags;
}

/** Fields whose effect shows in what is known of the market. */
export const MARKET_EFFECTS: Effects = {
  'market.sources': async ({ anvil }) => {
    expect(await flagsOf(anvil, {})).toContain('no_market_data');
    expect(await flagsOf(anvil, market({ sources: [desk()] }))).not.toContain('no_market_data');
  },
  'market.pegs': async ({ anvil }) => {
    const sources = [desk()];
    expect(await flagsOf(anvil, market({ sources }))).not.toContain('depeg');
    expect(await flagsOf(anvil, market({ sources, pegs: { [ETH]: { price: '2000', decimals: 18 } } }))).toContain('depeg');
  },
  'market.refreshMs': async ({ anvil }) => {
    const asked = [0, 0];
    for (const [index, refreshMs] of [20, 600_000].entries()) {
      const source = desk({ asked: () => void (asked[index] = (asked[index] ?? 0) + 1) });
      await flagsOf(anvil, market({ sources: [source], refreshMs }), 200);
    }
    expect(asked[0]).toBeGreaterThan(2);
    expect(asked[1]).toBe(1);
  },
  'market.timeoutMs': async ({ anvil }) => {
    const slow: MarketData = { read: () => new Promise((resolve) => setTimeout(() => resolve(desk().read(undefined as never)), 150)) };
    expect(await flagsOf(anvil, market({ sources: [slow], timeoutMs: 20 }))).toContain('no_market_data');
    expect(await flagsOf(anvil, market({ sources: [slow], timeoutMs: 5_000 }))).not.toContain('no_market_data');
  },
  'market.maxAgeMs': async ({ anvil }) => {
    const sources = [desk({ late: 60_000 })];
    expect(await flagsOf(anvil, market({ sources, maxAgeMs: 30_000 }))).toContain('market_stale');
    expect(await flagsOf(anvil, market({ sources, maxAgeMs: 120_000 }))).not.toContain('market_stale');
  },
  'market.asPrices': async ({ anvil }) => {
    const agents = { a1: { ...FREE, limits: { unit: 'USD', perTransaction: 5_000, daily: 100_000, weekly: 100_000, monthly: 100_000 } } };
    const fixed = staticMarket({ prices: { [ETH]: { price: '2000', decimals: 18 } } });
    for (const asPrices of [false, true]) {
      await using bench = await openBench(anvil, { agents, market: { sources: [fixed], asPrices } });
      await bench.security.start();
      const { decision } = await bench.security.agent('a1').authorize({ to: stranger(), amount: '0.001', asset: 'ETH' });
      expect(decision.reasons.map(({ code }) => code).includes('limit_missing')).toBe(!asPrices);
    }
  },
};
