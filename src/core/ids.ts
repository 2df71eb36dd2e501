/** CAIP-2 chain id in its canonical spelling, e.g. `eip155:1`, `ton:-239`. */
export type ChainId = string & { readonly __brand: 'ChainId' };
/** CAIP-19 asset id in its canonical spelling, e.g. `eip155:1/slip44:60`, `eip155:1/erc20:0x…`. */
export type AssetId = string & { readonly __brand: 'AssetId' };
/**
 * CAIP-10 account id in its one canonical spelling: the key under which an account is compared, stored and listed.
 * `eip155:1:0x<40 lowercase hex>` or `ton:-239:<workchain>:<64 lowercase hex>`.
 */
export type AccountId = string & { readonly __brand: 'AccountId' };
/** Lowercase hex of a SHA-256, 64 characters, without prefix. */
export type Digest = string & { readonly __brand: 'Digest' };
/** Id of an agent: 1–64 of `[A-Za-z0-9_.-]`. */
export type AgentId = string;
/** Id of a request, unique per agent: 1–128 printable ASCII characters without `/` and spaces. */
export type RequestId = string;
/** Milliseconds since the Unix epoch. */
export type TimeMs = number;
