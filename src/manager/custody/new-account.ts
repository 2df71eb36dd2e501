import { accountKey, parseAccount } from '../../core/account.ts';
import type { ChainAdapter, Codec } from '../../core/chain-adapter.ts';
import { fromHex, toHex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { AccountId, AgentId, ChainId } from '../../core/ids.ts';
import type { SmartAccount } from '../../core/smart-account.ts';
import type { Command, Store } from '../../core/store.ts';
import type { UserSigner } from '../../core/user-signer.ts';
import { type CustodyMode, type KeyInfo, type KeyManager, userKey } from '../../custody/index.ts';
import type { Host } from '../config.ts';
import { type Chains, scanDocs, type WalletRecord } from '../directory.ts';
import { chooseKey, type WalletKeyChoice } from '../wallet-key.ts';
import { type CustodyDefaults, partiesOf } from './custody-defaults.ts';
import { toOnChainLimits } from './on-chain-limits.ts';
import { plainHex } from './user-desk.ts';
import { checkNames, type ParsedWalletOptions } from './wallet-options.ts';

/** What making the account of a wallet needs. */
export interface NewAccountParts {
  readonly host: Host;
  readonly store: Store;
  readonly chains: Chains;
  readonly keys: () => KeyManager;
  readonly custody: CustodyDefaults;
  /** Whose the wallet will be. */
  readonly agent: AgentId;
}

/** The account of a new wallet: its key, what it is, and what has to be stored with it. */
export interface NewAccount {
  readonly key: KeyInfo;
  readonly account: AccountId;
  readonly smart?: SmartAccount;
  readonly parties?: readonly string[];
  readonly threshold?: number;
  readonly signer?: UserSigner;
  /** Belong into the step that makes the wallet. */
  readonly commands: readonly Command[];
}

/**
 * The key of a new wallet. A key drives one wallet of a chain: two would share its one sequence there, and each take the other
 * for a way around the gate. @throws WALLET_EXISTS, and whatever choosing it throws
 */
async function keyFor(parts: NewAccountParts, codec: Codec, chain: ChainId, choice: WalletKeyChoice): Promise<KeyInfo> {
  const key = await chooseKey(parts.keys(), codec, choice);
  if (choice.keyId === undefined) return key;
  const { keyId } = key;
  const other = (await scanDocs<WalletRecord>(parts.store, 'wallet/')).find((wallet) => wallet.keyId === keyId && wallet.chain === chain);
  if (other === undefined) return key;
  if (other.agent !== parts.agent)
    throw new CastellanError('KEY_INVALID', { message: 'The key signs for another agent.', details: { keyId } });
  throw new CastellanError('WALLET_EXISTS', {
    message: 'The key drives a wallet of this chain already.',
    details: { account: other.account, keyId },
  });
}

function unavailable(mode: CustodyMode, chain: ChainId, message: string): CastellanError {
  return new CastellanError('MODE_UNAVAILABLE', { message, details: { mode, chain } });
}

/** The smart accounts of a chain. @throws MODE_UNAVAILABLE where it has none of this kind */
function smartAccounts({ accounts }: ChainAdapter, kind: string, mode: CustodyMode, chain: ChainId): NonNullable<ChainAdapter['accounts']> {
  if (accounts?.kinds.includes(kind) === true) return accounts;
  throw unavailable(mode, chain, `Wallets of mode ${mode} are not available on ${chain}: its adapter makes no accounts of that kind.`);
}

/** Compressed, in lowercase hex; empty where the signer tells none. @throws KEY_INVALID */
function publicKeyOf(signer: UserSigner, codec: Codec): string {
  if (signer.publicKey === undefined) {
    if (!codec.needsPublicKey) return '';
    throw new CastellanError('KEY_INVALID', { message: 'Wallets of this chain need the public key of their user.', details: {} });
  }
  const bytes = fromHex(plainHex(signer.publicKey));
  if (bytes.length !== 65) return toHex(bytes);
  return `${(bytes[64] as number) % 2 === 0 ? '02' : '03'}${toHex(bytes.subarray(1, 33))}`;
}

/** Whether a key in our keeping is behind an account: one that tells its public key is found by that, another one only so. */
async function isOurs({ keys }: NewAccountParts, codec: Codec, account: AccountId, chain: ChainId): Promise<boolean> {
  const own = (await keys().listKeys()).filter(({ mode, algorithm }) => mode !== 'user' && algorithm === codec.algorithm);
  const publicKeys = own.flatMap(({ publicKey, coSigners }) => [publicKey, ...(coSigners?.parties ?? []).map((party) => party.publicKey)]);
  return publicKeys.some((publicKey) => codec.walletOf(fromHex(publicKey), chain) === account);
}

async function userAccount(
  parts: NewAccountParts,
  adapter: ChainAdapter,
  chain: ChainId,
  options: ParsedWalletOptions,
): Promise<NewAccount> {
  const signer = options.signer ?? parts.custody.signer;
  const { codec } = adapter;
  if (signer === undefined)
    throw new CastellanError('REQUEST_INVALID', {
      message: 'A non-custodial wallet needs its user’s signer.',
      details: { problems: ['signer'] },
    });
  if (signer.algorithm !== codec.algorithm)
    throw new CastellanError('KEY_INVALID', { message: 'Wallets of this chain need a signer of another algorithm.', details: { chain } });
  const publicKey = publicKeyOf(signer, codec);
  const told = signer.address === undefined ? undefined : parseAccount(signer.address, chain);
  const account = publicKey === '' ? told : codec.walletOf(fromHex(publicKey), chain);
  if (account === undefined || (told !== undefined && told !== account))
    throw new CastellanError('KEY_INVALID', {
      message: 'A signer tells its public key or its address, and both of one account.',
      details: { chain },
    });
  if (publicKey === '' && (await isOurs(parts, codec, account, chain)))
    throw new CastellanError('KEY_INVALID', { message: 'The key of this account is in our own keeping.', details: { account } });
  const createdMs = parts.host.clock.nowMs();
  const keyId = newId(parts.host.random, createdMs);
  const { key, commands } = await userKey(parts.store, {
    keyId,
    algorithm: codec.algorithm,
    publicKey,
    account: accountKey(account),
    createdMs,
  });
  return { key, account, signer, commands };
}

async function delegatedAccount(
  parts: NewAccountParts,
  adapter: ChainAdapter,
  chain: ChainId,
  options: ParsedWalletOptions,
): Promise<NewAccount> {
  const mode = 'smart-contract';
  const accounts = smartAccounts(adapter, 'delegation', mode, chain);
  const { codec } = adapter;
  const owner = options.owner ?? parts.custody.owner;
  if (owner === undefined)
    throw new CastellanError('REQUEST_INVALID', {
      message: 'A smart-contract wallet needs its owner: options.owner, or custody.owner of the configuration.',
      details: { problems: ['owner'] },
    });
  // Before a key is made: a limit that cannot be read makes no wallet.
  const limits = toOnChainLimits(options, chain, codec.nativeAsset(chain), parts.chains.tokens(chain));
  const key = await keyFor(parts, codec, chain, { keyId: options.keyId, mode: 'software' });
  const sender = codec.walletOf(fromHex(key.publicKey), chain);
  const smart = await accounts.create('delegation', { chain, sender, owner, limits, salt: options.salt ?? key.keyId });
  return { key, account: smart.account, smart, commands: [] };
}

async function sharedAccount(
  parts: NewAccountParts,
  adapter: ChainAdapter,
  chain: ChainId,
  options: ParsedWalletOptions,
): Promise<NewAccount> {
  const { parties, threshold } = partiesOf(options, parts.custody);
  checkNames(parties.map(({ id }) => id));
  const remote = parties.find(({ endpoint }) => endpoint !== undefined);
  if (remote !== undefined)
    throw new CastellanError('MODE_UNAVAILABLE', {
      message: 'Parties in other processes are not available in this version.',
      details: { mode: 'mpc', location: 'remote', party: remote.id },
    });
  const { codec } = adapter;
  const accounts = codec.algorithm === 'secp256k1' ? smartAccounts(adapter, 'safe', 'mpc', chain) : undefined;
  const names = parties.map(({ id }) => id);
  // Where each party has a key of its own, the key names them; shares of one key are counted.
  const shared = accounts === undefined ? names.length : names;
  const key = await keyFor(parts, codec, chain, { keyId: options.keyId, mode: 'mpc', threshold, parties: shared });
  if (accounts === undefined)
    return { key, account: codec.walletOf(fromHex(key.publicKey), chain), parties: names, threshold, commands: [] };
  const { coSigners } = key;
  if (coSigners?.threshold !== threshold || coSigners.parties.map(({ party }) => party).join() !== names.join())
    throw new CastellanError('KEY_INVALID', { message: 'The key is shared among other parties.', details: { keyId: key.keyId } });
  const smart = await accounts.create('safe', {
    chain,
    sender: codec.walletOf(fromHex(key.publicKey), chain),
    owners: coSigners.parties.map(({ publicKey }) => codec.walletOf(fromHex(publicKey), chain)),
    threshold,
    salt: options.salt ?? key.keyId,
  });
  return { key, account: smart.account, smart, parties: names, threshold, commands: [] };
}

/**
 * Makes the account of a new wallet: a key of ours, shares of one, a key of the user's, or a contract on the chain.
 * @throws MODE_UNAVAILABLE, REQUEST_INVALID, WALLET_EXISTS, KEY_INVALID, KEY_UNKNOWN, KEY_REVOKED, and what an adapter throws while it deploys
 */
export async function newAccount(
  parts: NewAccountParts,
  mode: CustodyMode,
  chain: ChainId,
  options: ParsedWalletOptions,
): Promise<NewAccount> {
  const adapter = parts.chains.adapter(chain);
  if (mode === 'non-custodial') return userAccount(parts, adapter, chain, options);
  if (mode === 'smart-contract') return delegatedAccount(parts, adapter, chain, options);
  if (mode === 'mpc') return sharedAccount(parts, adapter, chain, options);
  const { codec } = adapter;
  const key = await keyFor(parts, codec, chain, { keyId: options.keyId, mode: 'software' });
  return { key, account: codec.walletOf(fromHex(key.publicKey), chain), commands: [] };
}
