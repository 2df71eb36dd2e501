/** What a registered key may do. */
export type Role = 'owner' | 'operator' | 'approver' | 'guardian';

/** A public key of a person or service: Ed25519 as 64 hex, or an EVM address. */
export interface RegisteredKey {
  readonly id: string;
  readonly scheme: 'ed25519' | 'eip712';
  readonly key: string;
  readonly roles: readonly Role[];
}

/** The versioned document of who may do what. Its digest stands in every decision. */
export interface Registry {
  readonly v: 1;
  readonly tenant: string;
  readonly sequence: number;
  /** Digest of the version before; 64 zeros for the genesis. */
  readonly previous: string;
  readonly keys: readonly RegisteredKey[];
  /** How many distinct keys of the role must sign. */
  readonly quorums: Readonly<Record<Role, number>>;
}

/** One owner's signature over the digest of a new registry version. */
export interface RegistrySignature {
  readonly keyId: string;
  readonly signature: string;
}
