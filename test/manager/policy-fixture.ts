import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { DEFAULT_POLICY_BASE, DEFAULT_TEMPLATES, type Permissions } from '../../src/authz/index.ts';
import type { AssetId, Token } from '../../src/core/index.ts';
import type { Store } from '../../src/core/store.ts';
import { createPolicyManager } from '../../src/manager/policies/stand-alone.ts';
import { CHAIN } from './fixture.ts';

export const ETH: Token = { asset: `${CHAIN}/slip44:60` as AssetId, symbol: 'ETH', decimals: 18 };
export const USD: Token = { asset: `${CHAIN}/erc20:0x${'11'.repeat(20)}` as AssetId, symbol: 'USDC', decimals: 6 };
export const base = { ...DEFAULT_POLICY_BASE, strategies: [] };
export const memory = (): Store => createMemoryStore({ clock: systemClock() });

/** The stand-alone manager over the tokens of a local chain. */
export const policiesOn = (store: Store = memory(), more: object = {}) => createPolicyManager({ store, tokens: [ETH, USD], base, ...more });
export const events = async (store: Store): Promise<readonly Record<string, unknown>[]> =>
  (await store.log(0)).map(({ entry }) => JSON.parse(entry) as Record<string, unknown>);
export const OPEN: Permissions = { ...DEFAULT_TEMPLATES.aggressive, rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000 } };
export const rule = (over: object = {}) => ({
  id: 'r1',
  conditions: [{ field: 'amount', operator: 'gt', value: 50 }],
  action: 'deny',
  ...over,
});
