import { parseAccount } from '../core/account.ts';
import { CastellanError } from '../core/errors.ts';
import type { AccountId, AgentId, ChainId } from '../core/ids.ts';
import { type Store, storeKey } from '../core/store.ts';
import type { KeyUsage, KeyWallet, ListMention, WalletBalance } from '../custody/index.ts';
import { type Chains, docKey, docValue, readDoc, scanDocs, type WalletRecord } from './directory.ts';

const PAGE = 500;

const toKeyWallet = ({ account, chain, agent, user, keyId }: WalletRecord): KeyWallet => ({ account, chain, agent, user, keyId });

/** What keys are used for, read from the manager's own records: custody replaces keys by it. */
export function createKeyUsage({ store, chains }: { readonly store: Store; readonly chains: () => Chains }): KeyUsage {
  async function mentionsOf(account: AccountId): Promise<readonly ListMention[]> {
    const found: ListMention[] = [];
    const prefix = storeKey.doc(docKey.policy(''));
    for (let after: string | undefined; ; ) {
      const page = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const { key, value } of page) {
        const policy = docValue<{ readonly permissions?: Readonly<Record<string, unknown>> }>(value);
        for (const [list, entries] of Object.entries(policy?.permissions ?? {}))
          if (Array.isArray(entries) && entries.some((entry) => names(entry, account)))
            found.push({ agent: key.slice(prefix.length), list });
      }
      after = page.at(-1)?.key;
      if (page.length < PAGE || after === undefined) return found;
    }
  }
  return {
    walletsOf: async (keyId) =>
      (await scanDocs<WalletRecord>(store, 'wallet/')).filter((wallet) => wallet.keyId === keyId).map(toKeyWallet),
    ownerOf: async (keyId) => (await readDoc<{ readonly agent: AgentId }>(store, docKey.keyOwner(keyId))).value?.agent,
    async walletAt(account) {
      const { value } = await readDoc<WalletRecord>(store, docKey.wallet(account));
      return value === undefined ? undefined : toKeyWallet(value);
    },
    accountOf: (publicKey, chain) => chains().adapter(chain).codec.walletOf(publicKey, chain),
    claim: (keyId, agent) => [{ kind: 'doc.put', key: docKey.keyOwner(keyId), value: { agent }, ifVersion: 0 }],
    mentionsOf,
    balancesOf: ({ account, chain }) => readBalances(chains(), account, chain),
  };
}

/**
 * What the chain shows in a wallet: its coin, and each token of the configuration.
 *
 * Fails closed for an adapter that tells no balances, leaves out the coin, or tells of what it was not asked.
 */
async function readBalances(chains: Chains, account: AccountId, chain: ChainId): Promise<readonly WalletBalance[]> {
  const node = chains.node(chain);
  if (node.balances === undefined)
    throw new CastellanError('CHAIN_UNAVAILABLE', { message: 'Balances cannot be read from this chain.', details: { chain } });
  const native = chains.adapter(chain).codec.nativeAsset(chain).asset;
  const assets = [...new Set([native, ...chains.tokens(chain).map(({ asset }) => asset)])];
  const found = await node.balances(account, assets);
  const told = new Set(found.map(({ asset }) => asset));
  if (found[0]?.asset !== native || told.size !== found.length || !found.every(({ asset }) => assets.includes(asset)))
    throw new CastellanError('CHAIN_RESPONSE_INVALID', { message: 'The adapter’s balances are not what was asked.', details: { chain } });
  return found;
}

/** Whether an entry of a list is this account, in whatever spelling of its chain. */
function names(entry: unknown, account: AccountId): boolean {
  const text = typeof entry === 'object' && entry !== null ? (entry as { readonly address?: unknown }).address : entry;
  if (typeof text !== 'string') return false;
  try {
    return parseAccount(text, account.slice(0, account.indexOf(':', account.indexOf(':') + 1)) as ChainId) === account;
  } catch {
    return false;
  }
}
