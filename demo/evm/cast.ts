import type { Permissions } from '../../src/index.ts';

/** The agents of the act. */
export type AgentName = 'bookkeeper' | 'buyer' | 'trader' | 'courier';

/** Accounts and contracts outside the gate that the policies name, in the chain's own spelling. */
export interface Neighbours {
  readonly supplier: string;
  readonly pool: string;
  /** Selector of the pool's method that the trader may call. */
  readonly claim: string;
}

const transfers = { transfers: { enabled: true } };
const usdc = { USDC: { perTransaction: 150, daily: 200 } };
const rateLimiting = { maxPerHour: 100, cooldownSeconds: 0 };

/** What each agent may do. */
export function policies({ supplier, pool, claim }: Neighbours): Readonly<Record<AgentName, Permissions>> {
  return {
    bookkeeper: {
      capabilities: transfers,
      limits: { unit: 'ETH', perTransaction: 1, daily: '1.2', assets: usdc },
      allowedDestinations: [supplier],
      rateLimiting,
    },
    buyer: {
      capabilities: transfers,
      limits: { unit: 'ETH', perTransaction: 2, daily: 3 },
      requireApprovalAbove: '0.5',
      rateLimiting,
    },
    trader: {
      capabilities: { ...transfers, contracts: { enabled: true }, approvals: { enabled: true, spenders: [pool] } },
      limits: { unit: 'ETH', perTransaction: 1, daily: 2, assets: { USDC: { perTransaction: 150, daily: 1_000 } } },
      allowedContracts: [{ address: pool, selectors: [claim] }],
      rateLimiting,
    },
    courier: {
      capabilities: transfers,
      limits: { unit: 'ETH', perTransaction: '0.1', daily: 1 },
      allowedDestinations: [supplier],
      rateLimiting,
    },
  };
}
