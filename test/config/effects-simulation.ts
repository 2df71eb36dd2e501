import { expect } from 'vitest';
import type { SimulationProvider } from '../../src/index.ts';
import type { Effects } from './effect.ts';
import { asked } from './gate-asking.ts';

const named = (simulate: SimulationProvider['simulate']): SimulationProvider => ({ name: 'other', simulate });
const silent = named(() => new Promise(() => undefined));
/** Sees the wallet lose one part in a thousand more than the 0.001 ETH that is paid. */
const close = named(async ({ chain, wallet }) => ({
  success: true,
  changes: [{ account: wallet, asset: `${chain}/slip44:60` as never, delta: -1_001_000_000_000_000n }],
}));

/** Fields whose effect is that somebody else is heard. */
export const SIMULATION_EFFECTS: Effects = {
  'simulation.providers[].provider': async ({ anvil }) => {
    const provider = named(async () => ({ success: true, verdict: 'malicious' }));
    expect(await asked(anvil, {})).toEqual(['success']);
    expect(await asked(anvil, { simulation: { providers: [{ provider }] } })).toContain('simulation_flagged');
  },
  'simulation.providers[].required': async ({ anvil }) => {
    const simulation = (required: boolean) => ({ simulation: { providers: [{ provider: silent, required }], providerTimeoutMs: 50 } });
    expect(await asked(anvil, simulation(true))).toContain('simulation_disputed');
    expect(await asked(anvil, simulation(false))).toEqual(['success']);
  },
  'simulation.providers[].toleranceBps': async ({ anvil }) => {
    const simulation = (toleranceBps: number) => ({ simulation: { providers: [{ provider: close, toleranceBps }] } });
    expect(await asked(anvil, simulation(9))).toContain('simulation_disputed');
    expect(await asked(anvil, simulation(10))).toEqual(['success']);
  },
  'simulation.providerTimeoutMs': async ({ anvil }) => {
    const slow = named(() => new Promise((resolve) => setTimeout(() => resolve({ success: true }), 150)));
    const simulation = (providerTimeoutMs: number) => ({ simulation: { providers: [{ provider: slow }], providerTimeoutMs } });
    expect(await asked(anvil, simulation(20))).toContain('simulation_disputed');
    expect(await asked(anvil, simulation(3_000))).toEqual(['success']);
  },
};
