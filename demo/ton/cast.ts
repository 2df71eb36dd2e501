import type { Permissions } from '../../src/index.ts';

/** The agents of the act. */
export type AgentName = 'clerk' | 'explorer' | 'treasurer' | 'traveller';

/** Accounts outside the gate that the policies name. */
export interface Neighbours {
  readonly shop: string;
  /** An account on the EVM chain. */
  readonly supplier: string;
}

const transfers = { transfers: { enabled: true } };
const rateLimiting = { maxPerHour: 100, cooldownSeconds: 0 };

/** What each agent may do. */
export function policies({ shop, supplier }: Neighbours): Readonly<Record<AgentName, Permissions>> {
  return {
    clerk: {
      capabilities: transfers,
      limits: { unit: 'TON', perTransaction: 2, daily: 5, assets: { USDT: { perTransaction: 150, daily: 300 } } },
      allowedDestinations: [shop],
      rateLimiting,
    },
    // Generous in every way that a limit can be: what it is refused, it is refused for what it is.
    explorer: {
      capabilities: { ...transfers, contracts: { enabled: true } },
      limits: { unit: 'TON', perTransaction: 1_000, daily: 10_000, assets: { USDT: { daily: 1_000_000 } } },
      rateLimiting,
    },
    treasurer: {
      capabilities: transfers,
      limits: { unit: 'TON', perTransaction: 5, daily: 10 },
      allowedDestinations: [shop],
      rateLimiting,
    },
    traveller: {
      capabilities: transfers,
      limits: { unit: 'USD', perTransaction: 150, daily: 250 },
      allowedDestinations: [shop, supplier],
      rateLimiting,
    },
  };
}
