import type { EvmAddress } from '../address.ts';

/** Formats of ERC-7730 whose meaning reaches beyond the text that they show. Every other one is text alone. */
export type FieldFormat = 'tokenAmount' | 'amount' | 'addressName' | 'nftName' | 'calldata' | 'text';

/** One field that a descriptor shows: where the value lies, and what kind of thing it is. */
export interface DescribedField {
  /** Path as ERC-7730 spells it, from the root: `params.amount`, `@.value`, `orders.[].to`; null for a constant text. */
  readonly path: string | null;
  readonly label: string;
  readonly format: FieldFormat;
  /** For amounts of tokens, items and inner calls: where the token, the collection or the called contract is named. */
  readonly contractPath: string | null;
  /** The same, as a constant address. */
  readonly contract: EvmAddress | null;
  /** Addresses that stand for the chain's own coin in the place of a token. */
  readonly coins: readonly EvmAddress[];
  /** Kinds of accounts that an address may be, e.g. `eoa`, `token`; empty where the descriptor leaves it open. */
  readonly kinds: readonly string[];
  /** For inner calls: where the value lies that goes along. */
  readonly amountPath: string | null;
}

/** What is shown of one method, or of one primary type. */
export interface DescribedFormat {
  /** A signature with names, or a primary type (its name, or its whole encoded type). */
  readonly key: string;
  readonly intent: string;
  readonly fields: readonly DescribedField[];
}

/** Where a descriptor holds. */
export interface DescribedDeployment {
  readonly chainId: number;
  readonly address: EvmAddress;
}

/** An ERC-7730 descriptor as read: of calls, or of typed data. */
export interface Descriptor {
  readonly kind: 'calldata' | 'eip712';
  readonly name: string;
  readonly deployments: readonly DescribedDeployment[];
  /** For typed data: members of the domain that must be as given. */
  readonly domain: Readonly<Record<string, string>>;
  readonly formats: readonly DescribedFormat[];
}
