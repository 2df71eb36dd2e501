import type { Permissions } from '../authz/index.ts';
import { walletAddress } from '../core/account.ts';
import { parseChainId } from '../core/chain-id.ts';
import { createDeadlines, type Deadlines } from '../core/deadline.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { newId } from '../core/id.ts';
import type { AccountId, ChainId } from '../core/ids.ts';
import { agentIdSchema } from '../core/schema.ts';
import type { SmartAccount } from '../core/smart-account.ts';
import type { Command, Json, Store } from '../core/store.ts';
import type { UserSigner } from '../core/user-signer.ts';
import type { KeyManager } from '../custody/index.ts';
import type { Host } from './config.ts';
import type { CustodyDefaults } from './custody/custody-defaults.ts';
import { findWallet } from './custody/find-wallet.ts';
import { type NewAccount, newAccount } from './custody/new-account.ts';
import { createUserDesk, SIGNER_TIMEOUT_MS, type Users } from './custody/user-desk.ts';
import { checkOptionsOf, type ParsedWalletOptions, parseWalletOptions, type WalletOptions } from './custody/wallet-options.ts';
import { type AgentRecord, type Chains, docKey, readDoc, scanDocs, type WalletMode, type WalletRecord } from './directory.ts';
import type { Journal } from './journal.ts';
import { expandTemplate } from './permissions.ts';
import { tellPolicy } from './policies/policy-text.ts';
import type { PolicyBook } from './policy-book.ts';
import { claimKey } from './wallet-key.ts';

/** A wallet as callers see it: addresses and ids, never key material. */
export interface Wallet {
  /** In the chain's own spelling. */
  readonly address: string;
  readonly account: AccountId;
  readonly chain: ChainId;
  readonly agentId: string;
  readonly userId: string;
  readonly keyId: string;
  /** Hex; null for wallets of before it was kept, and where a user's own wallet tells none. */
  readonly publicKey: string | null;
  /**
   * `software`: one encrypted key in this process. `mpc`: several parties sign together. `non-custodial`: the user's own wallet
   * signs. `smart-contract`: a contract that holds the agent to its limits by itself.
   */
  readonly mode: WalletMode;
  /** Whose the wallet is, by the deployment's configuration of when it is read. */
  readonly owner: 'user' | 'platform';
  /** Of mode `mpc`: who may say yes, and how many must. */
  readonly parties: readonly string[] | null;
  readonly threshold: number | null;
  /** The contract that the wallet is, and the account that drives it and pays its fees. */
  readonly smart: SmartAccount | null;
  /** What its agent may do, as stored when it was read. A copy: nobody believes it, and changing it changes nothing. */
  readonly permissions: Permissions;
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
  /** What the deployment says of wallets whose maker says nothing. */
  readonly custody?: CustodyDefaults | undefined;
  /** The house's own; without them the room has some of its own. */
  readonly deadlines?: Deadlines | undefined;
}

/** Wallets and the agents that own them. */
export interface Wallets {
  /**
   * Makes a wallet with a key of its own. An unknown agent is registered with the conservative template. Durable when it
   * resolves. The signer of a non-custodial wallet is attached, and never stored.
   * @throws AGENT_EXISTS where the agent is another user's; CHAIN_INVALID; REQUEST_INVALID for options that are wrong or that the
   * mode has no use for; MODE_UNAVAILABLE; WALLET_EXISTS; KEY_UNKNOWN, KEY_REVOKED or KEY_INVALID for a key that cannot be this wallet's
   */
  createWallet(userId: string, agentId: string, options?: WalletOptions): Promise<Wallet>;
  /** By account id or any spelling of the address. @throws WALLET_UNKNOWN */
  getWallet(address: string): Promise<Wallet>;
  /**
   * Attaches the signer of a non-custodial wallet in this process: after a restart nothing is signed before.
   * @throws WALLET_UNKNOWN; KEY_INVALID where the signer is another account's, or the key is not the user's
   */
  connectSigner(address: string, signer: UserSigner): Promise<Wallet>;
  /** Where the users of non-custodial wallets are reached. */
  readonly users: Users;
  /** All wallets of a user. */
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

const toWallet = (record: WalletRecord, custody: CustodyDefaults, permissions: Permissions): Wallet => ({
  address: walletAddress(record.account),
  account: record.account,
  chain: record.chain,
  agentId: record.agent,
  userId: record.user,
  keyId: record.keyId,
  publicKey: record.publicKey ?? null,
  mode: record.mode,
  owner: custody.userOwned === false ? 'platform' : 'user',
  parties: record.parties ?? null,
  threshold: record.threshold ?? null,
  smart: record.smart ?? null,
  permissions,
});

/** Creates the room. */
export function createWallets(parts: WalletParts): Wallets {
  const { host, tenant, store, journal, chains, custody = {} } = parts;
  const users = createUserDesk({
    store,
    chains,
    host,
    tenant,
    journal,
    deadlines: parts.deadlines ?? createDeadlines(host.clock),
    timeoutMs: custody.signerTimeoutMs ?? SIGNER_TIMEOUT_MS,
    signer: custody.signer,
  });
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
      const told = await tellPolicy(store, parts.policies, digest, permissions);
      const changed = event(agentId, 'permission_changed', { digest, previous: policy.value?.digest ?? null });
      const tells = told.policy === undefined ? changed : ({ ...changed, enacts: told.policy } as SecurityEvent);
      if (await apply([...told.commands, ...create, command, parts.journal.command(tells)])) return { digest, changed: true };
    }
    throw conflict();
  }

  /** The mode of a new wallet: as named, as the key that is named has it, or as configured. */
  async function modeOf({ mode, keyId }: ParsedWalletOptions): Promise<WalletMode> {
    if (mode !== undefined) return mode;
    if (keyId === undefined) return parts.mode;
    const key = await parts.keys().getKey(keyId);
    return key.mode === 'user' ? 'non-custodial' : key.mode;
  }

  /** Stores a wallet with everything that belongs to it, in one step. */
  async function keep(
    made: NewAccount,
    facts: Pick<WalletRecord, 'chain' | 'agent' | 'user' | 'mode'>,
    isFreshKey: boolean,
  ): Promise<WalletRecord> {
    const { key, account, smart, parties, threshold } = made;
    const { agent: agentId, chain, mode } = facts;
    for (let attempt = 0; attempt < 5; attempt++) {
      const agent = await read<AgentRecord>(docKey.agent(agentId));
      if (agent.value === undefined || agent.value.removedMs !== undefined)
        throw new CastellanError('AGENT_UNKNOWN', { message: 'The agent was removed meanwhile', details: { agentId } });
      if ((await read(docKey.wallet(account))).value !== undefined)
        throw new CastellanError('WALLET_EXISTS', { message: 'This account is a wallet already', details: { account } });
      const record: WalletRecord = {
        ...facts,
        account,
        keyId: key.keyId,
        ...(key.publicKey === '' ? {} : { publicKey: key.publicKey }),
        ...(smart === undefined ? {} : { smart }),
        ...(parties === undefined || threshold === undefined ? {} : { parties, threshold }),
        ...(custody.platformManaged === false ? { platformManaged: false } : {}),
        path: key.path ?? '',
        createdMs: host.clock.nowMs(),
      };
      const stored = await apply([
        ...made.commands,
        ...(await claimKey(store, key.keyId, agentId, isFreshKey && made.signer === undefined)),
        { kind: 'doc.put', key: docKey.wallet(account), value: record as unknown as Json, ifVersion: 0 },
        {
          kind: 'doc.put',
          key: docKey.agent(agentId),
          value: { ...agent.value, wallets: [...agent.value.wallets, account] } as unknown as Json,
          ifVersion: agent.version,
        },
        journal.command(event(agentId, 'wallet_event', { account, chain, keyId: key.keyId, mode })),
      ]);
      if (stored) return record;
    }
    throw conflict();
  }

  const shown = async (record: WalletRecord): Promise<Wallet> => {
    const policy = await read<{ readonly permissions: Permissions }>(docKey.policy(record.agent));
    // A store may hand out what it holds itself: callers get copies.
    return toWallet(structuredClone(record), custody, structuredClone(policy.value?.permissions ?? {}));
  };

  return {
    putAgent,
    users,
    async createWallet(userId, agentId, given = {}) {
      checkIds(agentId, userId);
      const options = parseWalletOptions(given);
      const chain = options.chain === undefined ? chains.ids[0] : parseChainId(options.chain);
      if (chain === undefined || (options.chain === undefined && chains.ids.length > 1))
        throw new CastellanError('CHAIN_INVALID', {
          message: chain === undefined ? 'The manager serves no chain' : 'Name the chain: the manager serves several',
        });
      chains.adapter(chain);
      const mode = await modeOf(options);
      checkOptionsOf(mode, options);
      const known = await read<AgentRecord>(docKey.agent(agentId));
      if (known.value !== undefined && known.value.user !== userId)
        throw new CastellanError('AGENT_EXISTS', { message: 'The agent belongs to another user', details: { agentId } });
      if (known.value?.removedMs !== undefined)
        throw new CastellanError('AGENT_UNKNOWN', { message: 'The agent was removed', details: { agentId } });
      if (known.value === undefined) await putAgent(agentId, userId, expandTemplate({ template: 'conservative' }), null);
      const made = await newAccount({ host, store, chains, keys: parts.keys, custody, agent: agentId }, mode, chain, options);
      const record = await keep(made, { chain, agent: agentId, user: userId, mode }, options.keyId === undefined);
      if (made.signer !== undefined) users.attach(record, made.signer);
      return shown(record);
    },
    getWallet: async (address) => shown(await findWallet(parts, address)),
    async connectSigner(address, signer) {
      const record = await findWallet(parts, address);
      users.attach(record, signer);
      return shown(record);
    },
    async listWallets(userId) {
      const records = await scanDocs<WalletRecord>(parts.store, 'wallet/');
      return Promise.all(records.filter((record) => record.user === userId).map(shown));
    },
  };
}
