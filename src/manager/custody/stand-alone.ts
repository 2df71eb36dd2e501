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
 * const custody = createCustodyProvider('non-custodial', { chains: [evm({ chain, rpcUrl })] });
 * const wallet = await custody.createWallet('user-1', 'agent-1', { signer });
 * const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.5' });
 * const approval = await custody.requestApproval(wallet.address, prepared);
 * const { raw } = await custody.signTransaction(wallet.address, prepared, approval);
 */
export function createCustodyProvider(mode: string, options: CustodyProviderOptions = {}): CustodyProvider {
  const custodyMode = parseCustodyMode(mode);
  const { manager: given, ...config } = options as SecurityConfig & { readonly manager?: SecurityManager };
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
  const other = config.custody?.mode;
  if (other !== undefined && parseCustodyMode(other) !== mode)
    throw new CastellanError('CONFIG_INVALID', {
      message: `The provider is for ${mode} wallets, and custody.mode says ${other}.`,
      details: { problems: ['custody.mode'] },
    });
  return { ...config, custody: { ...config.custody, mode } };
}
