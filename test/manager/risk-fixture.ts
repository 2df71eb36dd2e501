import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { AssetId, Token } from '../../src/core/index.ts';
import type { Store } from '../../src/core/store.ts';
import { createRiskEngine } from '../../src/manager/risk/stand-alone.ts';
import { BOB, CHAIN } from './fixture.ts';

export const ETH: Token = { asset: `${CHAIN}/slip44:60` as AssetId, symbol: 'ETH', decimals: 18 };
export const NOW = Date.UTC(2026, 0, 15, 12);
export const HOUR = 3_600_000;
export const EVE = `0x${'e3'.repeat(20)}`;
export const memory = (): Store => createMemoryStore({ clock: systemClock() });
export const engine = (more: object = {}) => createRiskEngine({ tokens: [ETH], ...more });
export const ask = (over: object = {}) => ({
  id: 'tx-1',
  agentId: 'agent-1',
  userId: 'user-1',
  type: 'transfer',
  amount: '1.234567',
  currency: 'ETH',
  destination: BOB,
  timestamp: new Date(NOW),
  context: { intent: 'pay', confidence: 0.95 },
  ...over,
});
/** Sixty payments of about one to BOB, one every four hours, the last four hours ago. */
export const usual = (over: object = {}) =>
  Array.from({ length: 60 }, (_, index) => ({
    id: `past-${index}`,
    amount: `1.${100_000 + index * 7_919}`,
    currency: 'ETH',
    destination: BOB,
    timestamp: new Date(NOW - (60 - index) * 4 * HOUR),
    ...over,
  }));
export const details = { reason: 'Known scam address', source: 'community_report', severity: 'high' } as const;
