import {
  type AccountId,
  type AgentId,
  type ChainId,
  type Json,
  parseDoc,
  readDoc,
  type Store,
  sha256Hex,
  storeKey,
} from '../../src/core/index.ts';
import type { KeyUsage, KeyWallet, WalletBalance } from '../../src/custody/index.ts';

export const CHAIN = 'eip155:31337' as ChainId;

/** The account of a public key on the bench's chain. */
export const accountOf = (publicKey: Uint8Array, chain: ChainId): AccountId =>
  `${chain}:0x${sha256Hex(publicKey).slice(0, 40)}` as AccountId;

/** Wallets, owners of keys and lists of agents as documents of a store, and a chain that holds balances. */
export interface WalletBook {
  readonly usage: KeyUsage;
  /** What a wallet holds; a function that throws where the chain is down. */
  readonly balances: Map<AccountId, readonly WalletBalance[] | (() => never)>;
  /** Makes a wallet of a key, as the wallet room does. */
  add(keyId: string, publicKey: string, agent?: AgentId, user?: string): Promise<KeyWallet>;
  /** Names accounts in the list of an agent. */
  allow(agent: AgentId, ...accounts: readonly AccountId[]): Promise<void>;
}

/** Opens the book over a store. */
export function openWalletBook(store: Store): WalletBook {
  const balances: WalletBook['balances'] = new Map();
  const put = async (key: string, value: unknown): Promise<void> =>
    void (await store.apply([{ commands: [{ kind: 'doc.put', key, value: value as Json }] }]));
  const all = async <T>(prefix: string): Promise<readonly T[]> =>
    (await store.scan(storeKey.doc(prefix), { limit: 1_000 })).map(({ key, value }) => parseDoc(value, key).value as T);

  const usage: KeyUsage = {
    walletsOf: async (keyId) => (await all<KeyWallet>('wallet/')).filter((wallet) => wallet.keyId === keyId),
    ownerOf: async (keyId) => ((await readDoc(store, `key-owner/${keyId}`))?.value as { agent: AgentId } | undefined)?.agent,
    walletAt: async (account) => (await readDoc(store, `wallet/${account}`))?.value as unknown as KeyWallet | undefined,
    accountOf,
    claim: (keyId, agent) => [{ kind: 'doc.put', key: `key-owner/${keyId}`, value: { agent }, ifVersion: 0 }],
    mentionsOf: async (account) =>
      (await all<{ agent: AgentId; allowed: readonly AccountId[] }>('policy/')).flatMap(({ agent, allowed }) =>
        allowed.includes(account) ? [{ agent, list: 'allowedDestinations' }] : [],
      ),
    async balancesOf({ account }) {
      const held = balances.get(account) ?? [];
      return typeof held === 'function' ? held() : held;
    },
  };
  return {
    usage,
    balances,
    async add(keyId, publicKey, agent = 'a1', user = 'u1') {
      const wallet: KeyWallet = { account: accountOf(Buffer.from(publicKey, 'hex'), CHAIN), chain: CHAIN, agent, user, keyId };
      await put(`wallet/${wallet.account}`, wallet);
      if ((await usage.ownerOf(keyId)) === undefined) await put(`key-owner/${keyId}`, { agent });
      return wallet;
    },
    allow: (agent, ...allowed) => put(`policy/${agent}`, { agent, allowed, digest: 'none' }),
  };
}
