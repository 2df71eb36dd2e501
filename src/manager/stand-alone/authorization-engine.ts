import { CastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import type { Authorization } from '../authorization.ts';
import type { SecurityConfig, StoreFactory } from '../config.ts';
import { createSecurityManager, type SecurityManager } from '../create.ts';
import type { Closing } from './room.ts';
import { roomStore } from './room-store.ts';

type Settings = NonNullable<SecurityConfig['authorization']>;

/** Everything that a manager's `authorization` may say, by name. */
const SETTINGS = [
  'enableSimulation',
  'requireIntentValidation',
  'minConfidence',
  'defaultLimits',
  'rateLimiting',
  'strategies',
  'intentValidator',
  'strategyValidator',
  'eventStore',
  'layerTimeoutMs',
  'simulationTimeoutMs',
  'decisionTimeoutMs',
] as const satisfies readonly (keyof Settings)[];
const NAMES: ReadonlySet<string> = new Set(SETTINGS);

/** A manager's configuration, with what it says about authorization beside the rest. */
export type AuthorizationEngineOptions = Settings &
  Omit<SecurityConfig, 'authorization' | 'store'> & {
    /** Default: in memory. With a manager's own store and secret, the engine judges that manager's agents and wallets. */
    readonly store?: Store | StoreFactory;
  };

/** Judges requests by the eight layers, and signs nothing. */
export interface AuthorizationEngine extends Authorization, Closing {
  /** Makes a wallet to judge requests of: without one there are no bytes, and everything is denied. See `security.custody`. */
  readonly createWallet: SecurityManager['custody']['createWallet'];
  /** Resolves once it can decide. */
  ready(): Promise<void>;
}

/**
 * Creates an authorization engine: a whole manager stands behind it, so that what it says is what a gate with these options
 * says, recorded and with its room held. A permit that it issues is redeemed by a manager on the same store.
 *
 * Fails closed: over a manager's store its limits and rates have to be that manager's; where they differ, each denies what the
 * other's policy was compiled from (`policy_missing`).
 *
 * @param options - see {@link AuthorizationEngineOptions}, or `{ manager }` to judge by one that is there; that one stays open
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * ```ts
 * import { createAuthorizationEngine } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 *
 * const chain = await startTonDevChain();
 * const engine = createAuthorizationEngine({
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'TON', perTransaction: 1, daily: 5 } } },
 *   rateLimiting: { maxPerHour: 10 },
 * });
 * await engine.createWallet('owner', 'a1');
 * const request = { agentId: 'a1', to: `0:${'71'.repeat(32)}`, amount: '2', asset: 'TON' };
 * const { approved, layerResults } = await engine.authorize(request, { agentId: 'a1', sessionId: 'session-1' });
 * console.log(approved, layerResults.length); // false 8
 * await engine.close();
 * await chain.close();
 * ```
 */
export function createAuthorizationEngine(
  options: AuthorizationEngineOptions | { readonly manager: SecurityManager },
): AuthorizationEngine {
  const isOwn = !('manager' in options);
  if (!isOwn && Object.keys(options).length > 1)
    throw new CastellanError('CONFIG_INVALID', {
      message: 'manager: a manager that is there has its own options; give nothing beside it',
      details: { problems: ['manager'] },
    });
  const manager = isOwn ? createSecurityManager(configOf(options)) : options.manager;
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    if (isOwn) await manager.shutdown();
  };
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new CastellanError('SHUTTING_DOWN', { message: 'It is closed and takes no new work.' });
    return work();
  };
  const { authorization, custody } = manager;
  return Object.freeze<AuthorizationEngine>({
    authorize: (request, context) => ask(() => authorization.authorize(request, context)),
    validateIntent: (request, context) => ask(() => authorization.validateIntent(request, context)),
    validateStrategy: (request, context) => ask(() => authorization.validateStrategy(request, context)),
    simulate: (request) => ask(() => authorization.simulate(request)),
    onEvent: (callback) => authorization.onEvent(callback),
    createWallet: (userId, agentId, wallet) => ask(() => custody.createWallet(userId, agentId, wallet)),
    ready: () => ask(() => manager.ready()),
    close,
    [Symbol.asyncDispose]: close,
  });
}

function configOf({ store, ...options }: AuthorizationEngineOptions): SecurityConfig {
  const entries = Object.entries(options);
  const authorization = Object.fromEntries(entries.filter(([name]) => NAMES.has(name)));
  const rest = Object.fromEntries(entries.filter(([name]) => !NAMES.has(name))) as unknown as SecurityConfig;
  return { ...rest, authorization, ...(store === undefined ? {} : { store: roomStore(store) }) };
}
