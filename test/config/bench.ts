import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import type { Store } from '../../src/core/index.ts';
import { createSecurityManager, isCastellanError, type SecurityConfig, type SecurityManager } from '../../src/index.ts';

export const EVM_CHAIN = 'eip155:31337';
export const TON_CHAIN = 'ton:-239';
export const KEYS = { encryptionKey: '9a'.repeat(32) };
/** BIP-39, from the specification's own vectors. */
export const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

/** Chains that nobody serves: enough for keys, wallets and everything that asks no chain. */
export const offlineEvm = () => evm({ chains: [{ chain: EVM_CHAIN, rpcUrl: 'http://127.0.0.1:9', confirmations: 1, timeoutMs: 200 }] });
export const offlineTon = () => ton({ chain: TON_CHAIN, endpoint: 'http://127.0.0.1:9' });

/** Opens a manager for as long as a test uses it. */
export function open(config: SecurityConfig = {}): SecurityManager & AsyncDisposable {
  const security = createSecurityManager(config);
  return { ...security, [Symbol.asyncDispose]: async () => void (await security.shutdown(500)) };
}

/** A memory store that outlives the managers over it. `onGet` sees, and may hold up, what is read. */
export function keptStore(onGet: (keys: readonly string[]) => void | Promise<void> = () => undefined): NonNullable<
  SecurityConfig['store']
> & {
  readonly store: Store;
} {
  const store = createMemoryStore({ clock: systemClock() });
  return {
    store,
    open: () => ({
      ...store,
      close: async () => undefined,
      async get(keys) {
        await onGet(keys);
        return store.get(keys);
      },
    }),
  };
}

/** Code, and where there is one the reason, of what a call throws. */
export async function codeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const { reason } = error.details;
    return typeof reason === 'string' ? `${error.code} ${reason}` : error.code;
  }
  return 'nothing thrown';
}

/** Wallets made one after the other: their addresses and paths. */
export async function wallets(
  security: SecurityManager,
  chain: string,
  count: number,
  agent = 'a',
): Promise<readonly { readonly address: string; readonly path: string | null }[]> {
  const made = [];
  for (let index = 0; index < count; index += 1) {
    const { address, keyId } = await security.custody.createWallet('u', `${agent}${index}`, { chain, mode: 'software' });
    made.push({ address, path: (await security.keys.getKey(keyId)).path });
  }
  return made;
}

/** What an agent of these tests may do. */
export const MAY_PAY = { capabilities: { transfers: { enabled: true } } };

/** Runs once with each configuration and hands back what each came to. */
export async function each<T>(
  configs: readonly SecurityConfig[],
  run: (security: SecurityManager, index: number) => Promise<T>,
): Promise<T[]> {
  const found: T[] = [];
  for (const [index, config] of configs.entries()) {
    await using security = open(config);
    found.push(await run(security, index));
  }
  return found;
}
