import type { ChainAdapter, ChainNode, Token } from '../core/chain-adapter.ts';
import { fromHex } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import type { AccountId, AgentId, ChainId } from '../core/ids.ts';
import type { SmartAccount } from '../core/smart-account.ts';
import { type Doc, type Json, type Store, storeKey } from '../core/store.ts';

/** An agent as the store keeps it: one user, fixed at creation, and its wallets. */
export interface AgentRecord {
  readonly id: AgentId;
  readonly user: string;
  readonly wallets: readonly AccountId[];
  readonly createdMs: number;
  /** When it was deleted: it may do nothing, and its id is nobody else's. */
  readonly removedMs?: number;
}

/** Custody modes that a wallet can be made in. */
export type WalletMode = 'software' | 'non-custodial' | 'smart-contract' | 'mpc';

/** A wallet as the store keeps it: one agent, one key, fixed at creation. */
export interface WalletRecord {
  readonly account: AccountId;
  readonly chain: ChainId;
  readonly agent: AgentId;
  readonly user: string;
  readonly keyId: string;
  readonly mode: WalletMode;
  /** Hex; absent in wallets of before it was kept, and where a user's own wallet tells none. */
  readonly publicKey?: string;
  /** The contract that the wallet is, where it is one. */
  readonly smart?: SmartAccount;
  /** Who may say yes for it, where several must: of mode `mpc`. */
  readonly parties?: readonly string[];
  readonly threshold?: number;
  /** False where it signs only what its parties approved. */
  readonly platformManaged?: boolean;
  readonly path: string;
  readonly createdMs: number;
}

/** Document keys of the manager's own records. */
export const docKey = {
  agent: (id: AgentId): string => `agent/${id}`,
  wallet: (account: AccountId): string => `wallet/${account}`,
  policy: (id: AgentId): string => `policy/${id}`,
  /** Told in the log: what the deployment adds to every policy. */
  deployment: (digest: string): string => `policy-deployment/${digest}`,
  profile: (id: AgentId): string => `profile/${id}`,
  /** The agent's scores by the model of habits. */
  threshold: (id: AgentId): string => `threshold/${id}`,
  keyOwner: (keyId: string): string => `key-owner/${keyId}`,
  screen: (account: AccountId): string => `screen/${account}`,
  /** An item for a person, opened by a rule over the agent's history. */
  review: (agent: AgentId, rule: string): string => `review/${agent}/${rule}`,
  /** What was to take the place of a request's transaction. */
  rivals: (agent: AgentId, requestId: string): string => `rivals/${agent}/${requestId}`,
  /** Whose request the bytes under this hash were signed for; written before they leave. */
  sent: (txHash: string): string => `sent/${txHash}`,
} as const;

/** The value of a document row; undefined where the row is absent. */
export function docValue<T>(row: Json | undefined): T | undefined {
  return row === undefined || row === null ? undefined : ((row as unknown as Doc).value as unknown as T);
}

/** The version of a document row; 0 where it is absent. */
export function docVersion(row: Json | undefined): number {
  return row === undefined || row === null ? 0 : (row as unknown as Doc).version;
}

/** Reads one document. */
export async function readDoc<T>(store: Store, key: string): Promise<{ readonly value: T | undefined; readonly version: number }> {
  const [row] = await store.get([storeKey.doc(key)]);
  return { value: docValue<T>(row), version: docVersion(row) };
}

/** What our own records say of a wallet, that building and reading its bytes needs. */
export interface WalletFacts {
  readonly publicKey?: Uint8Array;
  readonly smart?: SmartAccount;
  /** True where the key is the user's. */
  readonly userSigned?: true;
}

/** Reads the facts of a wallet; none where it is not registered. */
export async function walletFacts(store: Store, wallet: AccountId): Promise<WalletFacts> {
  const { value } = await readDoc<WalletRecord>(store, docKey.wallet(wallet));
  return {
    ...(value?.publicKey === undefined || value.publicKey === '' ? {} : { publicKey: fromHex(value.publicKey) }),
    ...(value?.smart === undefined ? {} : { smart: value.smart }),
    ...(value?.mode === 'non-custodial' ? { userSigned: true as const } : {}),
  };
}

/** Reads every document under a prefix, a page at a time. */
export async function scanDocs<T>(store: Store, prefix: string): Promise<readonly T[]> {
  const found: T[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.scan(storeKey.doc(prefix), { limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { value } of page) {
      const record = docValue<T>(value);
      if (record !== undefined) found.push(record);
    }
    after = page.at(-1)?.key;
    if (page.length < 500 || after === undefined) return found;
  }
}

/** The chains behind the gate, by id. */
export interface Chains {
  readonly ids: readonly ChainId[];
  readonly adapters: readonly ChainAdapter[];
  adapter(chain: ChainId): ChainAdapter;
  node(chain: ChainId): ChainNode;
  tokens(chain: ChainId): readonly Token[];
  readonly allTokens: readonly Token[];
}

/** Indexes the adapters by chain. @throws CONFIG_INVALID where two adapters serve one chain. */
export function indexChains(adapters: readonly ChainAdapter[], chainOf: (token: Token) => ChainId): Chains {
  const byChain = new Map<ChainId, ChainAdapter>();
  for (const adapter of adapters) {
    for (const chain of adapter.chains) {
      if (byChain.has(chain)) throw new CastellanError('CONFIG_INVALID', { message: 'Two adapters serve one chain', details: { chain } });
      byChain.set(chain, adapter);
    }
  }
  const allTokens = adapters.flatMap((adapter) => adapter.tokens);
  const tokensByChain = new Map<ChainId, Token[]>();
  for (const token of allTokens) {
    const chain = chainOf(token);
    tokensByChain.set(chain, [...(tokensByChain.get(chain) ?? []), token]);
  }
  const adapterOf = (chain: ChainId): ChainAdapter => {
    const adapter = byChain.get(chain);
    if (adapter === undefined) throw new CastellanError('CHAIN_INVALID', { message: 'No adapter serves this chain', details: { chain } });
    return adapter;
  };
  return {
    ids: [...byChain.keys()],
    adapters,
    adapter: adapterOf,
    node: (chain) => adapterOf(chain).node(chain),
    tokens: (chain) => tokensByChain.get(chain) ?? [],
    allTokens,
  };
}
