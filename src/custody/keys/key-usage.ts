import type { AccountId, AgentId, AssetId, ChainId, Command } from '../../core/index.ts';

/** A wallet that a key signs for. */
export interface KeyWallet {
  readonly account: AccountId;
  readonly chain: ChainId;
  readonly agent: AgentId;
  readonly user: string;
  readonly keyId: string;
}

/** A list of an agent's permissions that names an account. */
export interface ListMention {
  readonly agent: AgentId;
  /** The field of the permissions, such as `allowedDestinations`. */
  readonly list: string;
}

/** What a wallet holds of an asset, in base units. */
export interface WalletBalance {
  readonly asset: AssetId;
  readonly amount: bigint;
}

/** What keys are used for, as whoever keeps the wallets knows it. Every answer comes from stored state or the chain. */
export interface KeyUsage {
  /** Wallets that sign with this key. */
  walletsOf(keyId: string): Promise<readonly KeyWallet[]>;
  /** The agent that the key was tied to; undefined where it is nobody's yet. */
  ownerOf(keyId: string): Promise<AgentId | undefined>;
  /** The wallet with this account; undefined where there is none. */
  walletAt(account: AccountId): Promise<KeyWallet | undefined>;
  /** The account that a public key controls on a chain. @throws CHAIN_INVALID */
  accountOf(publicKey: Uint8Array, chain: ChainId): AccountId;
  /** Ties a key that is just being made to one agent: the commands go into the step that stores the key. */
  claim(keyId: string, agent: AgentId): readonly Command[];
  /** Lists that name this account. */
  mentionsOf(account: AccountId): Promise<readonly ListMention[]>;
  /** Everything that the chain shows in a wallet, of each asset that is known. @throws CHAIN_UNAVAILABLE where that cannot be read */
  balancesOf(wallet: KeyWallet): Promise<readonly WalletBalance[]>;
}
