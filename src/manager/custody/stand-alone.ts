import { CastellanError } from '../../core/errors.ts';
import { type CustodyMode, parseCustodyMode } from '../../custody/index.ts';
import type { SecurityConfig } from '../config.ts';
import { createSecurityManager, type SecurityManager } from '../create.ts';
import type { Custody } from './custody.ts';
import { parseWalletOptions } from './wallet-options.ts';

/** What a custody provider stands on: a configuration of its own, without another mode, or a manager that is there already. */
export type CustodyProviderOptions = (SecurityConfig & { readonly manager?: undefined }) | { readonly manager: SecurityManager };

/** Custody of one mode: wallets that are made through it are of that mode where their maker names none. */
export interface CustodyProvider extends Custody {
  readonly mode: CustodyMode;
  /** The gate behind it: every signature passes it. */
  readonly manager: SecurityManager;
  /** Shuts the provider's own manager down; one that was handed in goes on. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How long a provider's manager may take to end what is under way, ms. */
const CLOSE_MS = 5_000;

/**
 * Creates custody of one mode, with a gate of its own behind it or in front of a manager's.
 *
 * @throws CONFIG_INVALID for no mode, and for a configuration that is wrong
 * @example
 * ```ts
 * import { createCustodyProvider } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 *
 * const chain = await startTonDevChain();
 * const custody = createCustodyProvider('software', { chains: [ton({ chain: 'ton:-3', endpoint: chain.url })], agents: { a1: { template: 'balanced' } } });
 * const wallet = await custody.createWallet('owner', 'a1');
 * console.log(custody.mode, wallet.chain, (await custody.listWallets('owner')).length); // software ton:-3 1
 * await custody.close();
 * await chain.close();
 * ```
 */
export function createCustodyProvider(mode: string, options: CustodyProviderOptions = {}): CustodyProvider {
  const custodyMode = parseCustodyMode(mode);
  if (typeof options !== 'object' || options === null) throw wrong('The provider’s options are no object.', 'options');
  const { manager: given, ...config } = options as SecurityConfig & { readonly manager?: SecurityManager };
  if (given !== undefined && typeof given?.custody?.createWallet !== 'function') throw wrong('This is no security manager.', 'manager');
  const manager = given ?? createSecurityManager(withMode(config, custodyMode));
  const close = async (): Promise<void> => {
    if (given === undefined) await manager.shutdown(CLOSE_MS);
  };
  const { custody } = manager;
  return Object.freeze<CustodyProvider>({
    ...custody,
    createWallet: async (userId, agentId, given = {}) => {
      // Read once: whoever answers differently the second time is not asked a second time.
      const wanted = parseWalletOptions(given);
      const { mode: own, keyId } = wanted;
      return custody.createWallet(userId, agentId, own === undefined && keyId === undefined ? { ...wanted, mode: custodyMode } : wanted);
    },
    mode: custodyMode,
    manager,
    close,
    [Symbol.asyncDispose]: close,
  });
}

function withMode(config: SecurityConfig, mode: CustodyMode): SecurityConfig {
  // What is no object is not made one: the schema refuses it.
  if (config.custody !== undefined && (typeof config.custody !== 'object' || config.custody === null)) return config;
  const other = config.custody?.mode;
  if (other !== undefined && parseCustodyMode(other) !== mode)
    throw wrong(`The provider is for ${mode} wallets, and custody.mode says ${other}.`, 'custody.mode');
  return { ...config, custody: { ...config.custody, mode } };
}

function wrong(message: string, field: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message, details: { problems: [field] } });
}
