import { parseAccount } from '../core/account.ts';
import { CastellanError } from '../core/errors.ts';
import type { AccountId, AgentId, ChainId } from '../core/ids.ts';
import { type Store, storeKey } from '../core/store.ts';
import type { KeyUsage, KeyWallet, ListMention } from '../custody/index.ts';
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
    // Until nodes tell balances, a plan says that they are unknown, and no rotation of a key with wallets completes.
    balancesOf: async ({ chain }) => {
      throw new CastellanError('CHAIN_UNAVAILABLE', { message: 'Balances cannot be read from this chain yet.', details: { chain } });
    },
  };
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
