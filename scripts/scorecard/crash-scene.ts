import { evm, type FetchFunction } from '../../src/adapters/evm/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { LogRow, Store } from '../../src/core/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';

export const CHAIN = 'eip155:31337';
export const PAYEE = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
/** Agents take turns, so that none of them is seen to hurry. */
export const AGENTS = 8;

export const agentName = (index: number): string => `payer-${index % AGENTS}`;

/** What to do around the doors of a manager; each may end the process. */
export interface CrashHooks {
  readonly beforeApply?: (steps: Parameters<Store['apply']>[0]) => void;
  readonly afterApply?: () => void;
  readonly onCommitted?: (rows: readonly LogRow[]) => void;
  readonly fetch?: FetchFunction;
  readonly onOpen?: (store: Store) => void;
}

/** Opens the real manager on a SQLite file and a chain; processes that use the same file are the same deployment. */
export function openPayer(path: string, rpcUrl: string, hooks: CrashHooks = {}): SecurityManager {
  const opener = sqliteStore({ path });
  const permissions = {
    capabilities: { transfers: { enabled: true } },
    limits: { unit: 'ETH', perTransaction: 1, daily: 100_000, weekly: 100_000, monthly: 100_000 },
    rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
    allowedDestinations: [PAYEE],
  };
  return createSecurityManager({
    keys: { encryptionKey: '5a'.repeat(32) },
    chains: [
      evm({
        chains: [{ chain: CHAIN, rpcUrl, confirmations: 1, pollMs: 10 }],
        ...(hooks.fetch === undefined ? {} : { fetch: hooks.fetch }),
      }),
    ],
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    agents: Object.fromEntries(Array.from({ length: AGENTS }, (_, index) => [agentName(index), permissions])),
    store: {
      async open(host) {
        const store = await opener.open(host);
        hooks.onOpen?.(store);
        if (hooks.onCommitted !== undefined) store.watch(hooks.onCommitted);
        return {
          ...store,
          async apply(steps) {
            hooks.beforeApply?.(steps);
            const results = await store.apply(steps);
            hooks.afterApply?.();
            return results;
          },
        };
      },
    },
  });
}

/** Transaction hashes that steps record as signed, by request id. */
export function signedIn(steps: Parameters<Store['apply']>[0]): readonly (readonly [string, string])[] {
  return steps.flatMap(({ commands }) =>
    commands.flatMap((command): (readonly [string, string])[] =>
      command.kind === 'ledger.settle' && command.to === 'signed' && command.txHash !== undefined
        ? [[command.requestId, command.txHash]]
        : [],
    ),
  );
}
