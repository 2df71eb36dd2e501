/**
 * How one family of chains (a CAIP-2 namespace) spells its chains, accounts and assets. Everything else a family does is
 * its adapter's; this much has to be known before any adapter exists, wherever configuration and policies are read.
 */
export interface ChainFamily {
  /** CAIP-2 namespace, such as `eip155`. */
  readonly namespace: string;
  /** Other namespaces that mean the same chains. */
  readonly aliases?: readonly string[];
  /** The one spelling of a chain's reference, or undefined where there is no such chain. */
  chainReference(text: string): string | undefined;
  /** Reads any accepted spelling of an address into its one key, without a `/`. @throws ADDRESS_INVALID */
  addressKey(text: string, reference: string): string;
  /** The spelling for people. `wallet`: as it is handed out to be paid into. */
  addressText(key: string, reference: string, use: 'person' | 'wallet'): string;
  /** What people see of an account without the fixed prefix: the texts in which a lookalike would imitate it. */
  displayForms(key: string, reference: string): readonly string[];
  /** Coin number of the chains' own coin (SLIP-44). */
  readonly coinType: string;
  /** CAIP-19 namespace of the family's tokens, such as `erc20`. */
  readonly tokens: string;
  /** CAIP-19 namespaces of its collectibles, and whether their items have numbers. */
  readonly collectibles: Readonly<Record<string, { readonly numbered: boolean }>>;
}
