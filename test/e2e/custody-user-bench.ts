import { systemClock } from '../../src/adapters/host/index.ts';
import type { Store } from '../../src/core/store.ts';
import type { UserSigner } from '../../src/core/user-signer.ts';
import { createSecurityManager, type SecurityManager, type Wallet } from '../../src/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { configOf, FREE, fund, hookedStore } from './bench.ts';

const KEYS = { encryptionKey: '71'.repeat(32) };

/** A manager that can be started anew, with a wallet of somebody else's key. */
export interface UserBench extends AsyncDisposable {
  readonly security: SecurityManager;
  readonly wallet: Wallet;
  readonly store: Store;
  readonly restart: () => Promise<SecurityManager>;
}

/** A manager over a store that outlives it, with a funded wallet whose key is somebody else's. */
export async function openUserBench(anvil: Anvil, signer: UserSigner, more: Parameters<typeof configOf>[1] = {}): Promise<UserBench> {
  const { store, factory } = hookedStore({}, { clock: systemClock() });
  const config = configOf(anvil, { store: factory, keys: KEYS, agents: { a1: FREE, a2: FREE }, ...more });
  let security = createSecurityManager(config);
  const wallet = await security.custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
  await fund(anvil, wallet.address);
  return {
    get security() {
      return security;
    },
    wallet,
    store,
    async restart() {
      await security.shutdown(500);
      security = createSecurityManager(config);
      return security;
    },
    [Symbol.asyncDispose]: async () => void (await security.shutdown(500)),
  };
}
