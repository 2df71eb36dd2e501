import { walletAddress } from '../core/account.ts';
import { parseChainId } from '../core/chain-id.ts';
import { fromHex } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { newId } from '../core/id.ts';
import type { AccountId, ChainId } from '../core/ids.ts';
import { agentIdSchema } from '../core/schema.ts';
import type { Command, Json, Store } from '../core/store.ts';
import type { KeyManager } from '../custody/index.ts';
import type { Host } from './config.ts';
import { type AgentRecord, type Chains, docKey, readDoc, scanDocs, type WalletMode, type WalletRecord } from './directory.ts';
import type { Journal } from './journal.ts';
import { expandTemplate } from './permissions.ts';
import type { PolicyBook } from './policy-book.ts';
import { chooseKey, claimKey } from './wallet-key.ts';

/** A wallet as callers see it: addresses and ids, never key material. */
export interface Wallet {
  /** In the chain's own spelling. */
  readonly address: string;
  readonly account: AccountId;
  readonly chain: ChainId;
  readonly agentId: string;
  readonly userId: string;
  readonly keyId: string;
  /** Hex; null for wallets of before it was kept. */
  readonly publicKey: string | null;
  /** `software`: one encrypted key in this process. `mpc`: shares of a key that never exists as a whole. */
  readonly mode: WalletMode;
}

/** What the wallet room needs. */
export interface WalletParts {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly chains: Chains;
  readonly policies: PolicyBook;
  readonly keys: () => KeyManager;
  /** Of wallets whose maker names none. */
  readonly mode: WalletMode;
}

/** How a wallet is made. */
export interface WalletOptions {
  /** CAIP-2; may be left out where the manager serves one chain. */
  readonly chain?: string;
  /** Default: as configured under `custody.mode`. */
  readonly mode?: WalletMode;
  /** A key that exists, such as an imported one, instead of a fresh one. It must not sign for another agent. */
  readonly keyId?: string;
}

/** Wallets and the agents that own them. */
export interface Wallets {
  /**
   * Makes a wallet with a key of its own. An unknown agent is registered with the conservative template. Durable when it
   * resolves. @throws AGENT_EXISTS where the agent is another user's; CHAIN_INVALID; MODE_UNAVAILABLE; KEY_UNKNOWN, KEY_REVOKED or
   * KEY_INVALID for a `keyId` that cannot be this wallet's
   */
  createWallet(userId: string, agentId: string, options?: WalletOptions): Promise<Wallet>;
  /** @throws WALLET_UNKNOWN */
  getWallet(account: string): Promise<Wallet>;
  listWallets(userId: string): Promise<readonly Wallet[]>;
  /**
   * Registers an agent, or changes its permissions, in one step with the event that says so. `authorize` is asked before
   * permissions that exist are changed; null leaves them as they are.
   */
  putAgent(
    agentId: string,
    userId: string,
    permissions: Json,
    authorize: (() => Promise<void>) | null,
  ): Promise<{ readonly digest: string; readonly changed: boolean }>;
}

const toWallet = (record: WalletRecord): Wallet => ({
  address: walletAddress(record.account),
  account: record.account,
  chain: record.chain,
  agentId: record.agent,
  userId: record.user,
  keyId: record.keyId,
  publicKey: record.publicKey ?? null,
  mode: record.mode,
});

/** Creates the room. */
export function createWallets(parts: WalletParts): Wallets {
  const event = (agent: string, type: 'wallet_event' | 'permission_changed', details: Record<string, Json>): SecurityEvent => {
    const at = parts.host.clock.nowMs();
    return { v: 1, id: newId(parts.host.random, at), tenant: parts.tenant, at, agent, severity: 'info', type, details };
  };
  const read = <T>(key: string) => readDoc<T>(parts.store, key);
  const putPolicy = (agentId: string, permissions: Json, version: number): { command: Command; digest: string } => {
    const { digest } = parts.policies.compile(permissions);
    return { digest, command: { kind: 'doc.put', key: docKey.policy(agentId), value: { digest, permissions }, ifVersion: version } };
  };
  const checkIds = (agentId: string, userId: string): void => {
    for (const [field, id] of [
      ['agentId', agentId],
      ['userId', userId],
    ] as const) {
      if (!agentIdSchema.safeParse(id).success)
        throw new CastellanError('REQUEST_INVALID', { message: `${field} is not an id`, details: { field } });
    }
  };
  const apply = async (commands: readonly Command[]): Promise<boolean> => {
    const result = await parts.journal.apply(commands);
    if (!result.ok && result.reason.code !== 'version_conflict')
      throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, details: { reason: result.reason.code } });
    return result.ok;
  };
  const conflict = (): CastellanError =>
    new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });

  async function putAgent(
    agentId: string,
    userId: string,
    permissions: Json,
    authorize: (() => Promise<void>) | null,
  ): Promise<{ digest: string; changed: boolean }> {
    checkIds(agentId, userId);
    for (let attempt = 0; attempt < 5; attempt++) {
      const agent = await read<AgentRecord>(docKey.agent(agentId));
      const policy = await read<{ digest: string }>(docKey.policy(agentId));
      if (agent.value !== undefined && agent.value.user !== userId)
        throw new CastellanError('AGENT_EXISTS', { message: 'The agent belongs to another user', details: { agentId } });
      const { command, digest } = putPolicy(agentId, permissions, policy.version);
      if (agent.value !== undefined && policy.value?.digest === digest) return { digest, changed: false };
      if (policy.value !== undefined) {
        if (authorize === null) return { digest: policy.value.digest, changed: false };
        await authorize();
      }
      const record: AgentRecord = { id: agentId, user: userId, wallets: [], createdMs: parts.host.clock.nowMs() };
      const create: Command[] =
        agent.value === undefined ? [{ kind: 'doc.put', key: docKey.agent(agentId), value: record as unknown as Json, ifVersion: 0 }] : [];
      const told = parts.journal.command(event(agentId, 'permission_changed', { digest, previous: policy.value?.digest ?? null }));
      if (await apply([...create, command, told])) return { digest, changed: true };
    }
    throw conflict();
  }

  return {
    putAgent,
    async createWallet(userId, agentId, options = {}) {
      checkIds(agentId, userId);
      const chain = options.chain === undefined ? parts.chains.ids[0] : parseChainId(options.chain);
      if (chain === undefined || (options.chain === undefined && parts.chains.ids.length > 1))
        throw new CastellanError('CHAIN_INVALID', { message: 'Name the chain: the manager serves several' });
      const { codec } = parts.chains.adapter(chain);
      const known = await read<AgentRecord>(docKey.agent(agentId));
      if (known.value === undefined) await putAgent(agentId, userId, expandTemplate({ template: 'conservative' }), null);
      else if (known.value.user !== userId)
        throw new CastellanError('AGENT_EXISTS', { message: 'The agent belongs to another user', details: { agentId } });
      else if (known.value.removedMs !== undefined)
        throw new CastellanError('AGENT_UNKNOWN', { message: 'The agent was removed', details: { agentId } });
      const key = await chooseKey(parts.keys(), codec, options, parts.mode);
      const account = codec.walletOf(fromHex(key.publicKey), chain);
      for (let attempt = 0; attempt < 5; attempt++) {
        const agent = await read<AgentRecord>(docKey.agent(agentId));
        if (agent.value === undefined)
          throw new CastellanError('AGENT_UNKNOWN', { message: 'The agent was removed meanwhile', details: { agentId } });
        const createdMs = parts.host.clock.nowMs();
        const record: WalletRecord = {
          account,
          chain,
          agent: agentId,
          user: userId,
          keyId: key.keyId,
          mode: key.mode,
          publicKey: key.publicKey,
          path: key.path ?? '',
          createdMs,
        };
        const stored = await apply([
          ...(await claimKey(parts.store, key.keyId, agentId, options.keyId === undefined)),
          { kind: 'doc.put', key: docKey.wallet(account), value: record as unknown as Json, ifVersion: 0 },
          {
            kind: 'doc.put',
            key: docKey.agent(agentId),
            value: { ...agent.value, wallets: [...agent.value.wallets, account] } as unknown as Json,
            ifVersion: agent.version,
          },
          parts.journal.command(event(agentId, 'wallet_event', { account, chain, keyId: key.keyId, mode: key.mode })),
        ]);
        if (!stored) continue;
        return toWallet(record);
      }
      throw conflict();
    },
    async getWallet(account) {
      const { value } = await read<WalletRecord>(docKey.wallet(account as AccountId));
      if (value === undefined)
        throw new CastellanError('WALLET_UNKNOWN', { message: 'No such wallet', details: { account: String(account).slice(0, 128) } });
      return toWallet(value);
    },
    async listWallets(userId) {
      const records = await scanDocs<WalletRecord>(parts.store, 'wallet/');
      return records.filter((record) => record.user === userId).map(toWallet);
    },
  };
}
