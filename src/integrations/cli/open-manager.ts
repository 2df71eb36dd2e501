import { CastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager } from '../../index.ts';
import type { Call } from './command.ts';
import { loadConfig } from './load-config.ts';

/** An open deployment. */
export interface OpenManager {
  readonly security: SecurityManager;
  readonly config: SecurityConfig;
  readonly store: Store;
}

/** How long closing waits, ms: a command has nothing under way by then. */
const CLOSE_MS = 5_000;

/**
 * Opens the manager of the configuration on its store, beside whatever process runs there, lets `act` use it, and closes it.
 *
 * Agents, triggers and approval providers of the configuration are left to the process that serves agents: a command
 * neither registers nor judges, so that a kill never waits for a signature that another setting needs.
 *
 * Fails closed when the store lives in memory: the command would act on a deployment of its own.
 * @throws CONFIG_INVALID, KEY_DECRYPT_FAILED, STORE_UNAVAILABLE, STORE_CORRUPT, LOG_CORRUPT
 */
export async function withManager<T>(call: Call, act: (open: OpenManager) => Promise<T>): Promise<T> {
  const config = await loadConfig(call);
  let store: Store | undefined;
  const security = createSecurityManager({
    ...config,
    agents: {},
    emergency: { ...config.emergency, autoResponseTriggers: [] },
    approvals: { ...config.approvals, providers: [], replyPort: undefined },
    store: {
      async open(host) {
        store = await openDurableStore(config, host);
        return store;
      },
    },
  });
  try {
    await security.ready();
    if (store === undefined) throw new CastellanError('STORE_UNAVAILABLE', { message: 'The manager opened no store.' });
    return await act({ security, config, store });
  } finally {
    await security.shutdown(CLOSE_MS);
    await store?.close();
  }
}

/** Opens the store of a configuration. @throws CONFIG_INVALID where it lives in the memory of one process */
export async function openDurableStore(
  config: SecurityConfig,
  host: Parameters<NonNullable<SecurityConfig['store']>['open']>[0],
): Promise<Store> {
  const store = await config.store?.open(host);
  if (store !== undefined && store.info.durability !== 'ephemeral') return store;
  await store?.close();
  throw new CastellanError('CONFIG_INVALID', {
    message: 'The store of this configuration lives in one process and cannot be reached from here; use sqliteStore({ path }).',
  });
}
