import type { Capability, Operation } from '../../../core/effect.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';
import { type AbiSignature, parseSignature } from './abi-signature.ts';
import type { AbiValue } from './abi-type.ts';
import type { Found } from './found.ts';
import type { Frame } from './frame.ts';

/** One call of a method that we know, its arguments read. */
export interface MethodCall {
  readonly frame: Frame;
  /** The called contract. */
  readonly contract: AccountId;
  /** The asset that this contract is, or would be, were it an ERC-20. */
  readonly asset: AssetId;
  /** True where the configuration lists the contract as an ERC-20. */
  readonly listed: boolean;
  readonly values: readonly AbiValue[];
  /** The account of an address among the values. */
  readonly account: (value: AbiValue | undefined) => AccountId;
  /** The ERC-20 of an address among the values. */
  readonly token: (value: AbiValue | undefined) => AssetId;
}

/** A call that the called contract makes in turn. */
export interface NestedCall {
  /** Null: the contract delegates into its own code, so sender and value stay those of the call around it. */
  readonly to: EvmAddress | null;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** Who makes it, where that is not the called contract. */
  readonly sender?: AccountId;
}

/** What a call does. */
export interface MethodReading {
  readonly effects?: readonly Found[];
  /** Walked after the effects, in order; what they do is added to the transaction's effects. */
  readonly calls?: readonly NestedCall[];
  /** What the arguments leave open: then the call is `unknown` as well, for this reason. */
  readonly unknown?: string;
  /** Arguments to show in place of those of the signature. */
  readonly args?: Readonly<Record<string, string>>;
}

/** A method that we know: how its arguments are written, and what a call of it does. */
export interface MethodEntry {
  readonly signature: AbiSignature;
  readonly protocol?: string;
  readonly capability?: Capability;
  readonly operation?: Operation;
  /** At a listed token its effects tell all: no `call` effect beside them. */
  readonly plain: boolean;
  readonly read: (call: MethodCall) => MethodReading;
}

/** Methods by selector. One selector may stand for several signatures. */
export type MethodTable = ReadonlyMap<string, readonly MethodEntry[]>;

/** ERC-20 contracts by lowercase address. */
export type KnownTokens = ReadonlyMap<string, AssetId>;

/** What the configuration knows of one chain's contracts. Addresses are lowercase. */
export interface KnownContracts {
  readonly tokens: KnownTokens;
  /** Deployments of known protocols: their methods come before the standards, and are found nowhere else. */
  readonly deployments: ReadonlyMap<string, MethodTable>;
  /** Implementations that accounts may take for their code (EIP-7702). */
  readonly delegates?: ReadonlySet<string>;
}

/**
 * An entry from a signature such as `deposit(uint256 assets,address receiver)`.
 * @throws CONFIG_INVALID where the signature is not readable
 */
export function methodEntry(
  signature: string,
  read: MethodEntry['read'],
  about: Partial<Pick<MethodEntry, 'protocol' | 'capability' | 'operation' | 'plain'>> = {},
): MethodEntry {
  return { signature: parseSignature(signature), plain: false, ...about, read };
}

/** Entries by selector, in the order given. */
export function methodTable(entries: readonly MethodEntry[]): MethodTable {
  const table = new Map<string, MethodEntry[]>();
  for (const entry of entries) {
    const known = table.get(entry.signature.selector);
    if (known === undefined) table.set(entry.signature.selector, [entry]);
    else known.push(entry);
  }
  return table;
}
