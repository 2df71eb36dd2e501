import { encodeAbiParameters, type Hex, hashStruct, hashTypedData, type TypedDataDomain } from 'viem';
import type { EvmAddress } from '../../address.ts';
import { hexOf } from '../../address.ts';
import { readAbi } from '../../decode/abi-reader.ts';
import type { AbiType, AbiValue } from '../../decode/abi-type.ts';

/** A condition of a delegation: the contract that checks it, what it checks for, and what the redeemer adds. */
export interface Caveat {
  readonly enforcer: EvmAddress;
  readonly terms: Hex;
  /** Not signed: the redeemer's to fill. */
  readonly args: Hex;
}

/** What `delegator` lets `delegate` do in its name (ERC-7710, DelegationManager 1.3.0). */
export interface Delegation {
  readonly delegate: EvmAddress;
  readonly delegator: EvmAddress;
  readonly authority: Hex;
  readonly caveats: readonly Caveat[];
  readonly salt: bigint;
  readonly signature: Hex;
}

/** A delegation that stands on no other one. */
export const ROOT_AUTHORITY: Hex = `0x${'ff'.repeat(32)}`;

/** Field types as ABI encoders want them. */
export const CAVEAT_FIELDS = [
  { name: 'enforcer', type: 'address' },
  { name: 'terms', type: 'bytes' },
  { name: 'args', type: 'bytes' },
] as const;
export const DELEGATION_FIELDS = [
  { name: 'delegate', type: 'address' },
  { name: 'delegator', type: 'address' },
  { name: 'authority', type: 'bytes32' },
  { name: 'caveats', type: 'tuple[]', components: CAVEAT_FIELDS },
  { name: 'salt', type: 'uint256' },
  { name: 'signature', type: 'bytes' },
] as const;

/** The same for the strict reader. */
export const CAVEAT: AbiType = { record: ['address', 'bytes', 'bytes'] };
const DELEGATION: AbiType = { record: ['address', 'address', 'bytes32', { list: CAVEAT }, 'uint256', 'bytes'] };

/** What the owner signs: all but the arguments and the signature. */
export const DELEGATION_TYPES = {
  Delegation: [
    { name: 'delegate', type: 'address' },
    { name: 'delegator', type: 'address' },
    { name: 'authority', type: 'bytes32' },
    { name: 'caveats', type: 'Caveat[]' },
    { name: 'salt', type: 'uint256' },
  ],
  Caveat: [
    { name: 'enforcer', type: 'address' },
    { name: 'terms', type: 'bytes' },
  ],
} as const;

/** The manager's EIP-712 domain. */
export function managerDomain(chainNumber: number, manager: EvmAddress): TypedDataDomain {
  return { name: 'DelegationManager', version: '1', chainId: chainNumber, verifyingContract: manager };
}

/** The typed data of a delegation, as a signer takes it. */
export function delegationTypedData(delegation: Omit<Delegation, 'signature'>, chainNumber: number, manager: EvmAddress) {
  const { delegate, delegator, authority, salt } = delegation;
  const caveats = delegation.caveats.map(({ enforcer, terms }) => ({ enforcer, terms }));
  return {
    domain: managerDomain(chainNumber, manager),
    types: DELEGATION_TYPES,
    primaryType: 'Delegation',
    message: { delegate, delegator, authority, caveats, salt },
  } as const;
}

/** What the owner's signature is over. */
export function delegationDigest(delegation: Omit<Delegation, 'signature'>, chainNumber: number, manager: EvmAddress): Hex {
  return hashTypedData(delegationTypedData(delegation, chainNumber, manager));
}

/** Under which the manager and the enforcers know a delegation: budgets are its. */
export function delegationHash(delegation: Omit<Delegation, 'signature'>): Hex {
  const { delegate, delegator, authority, salt } = delegation;
  const caveats = delegation.caveats.map(({ enforcer, terms }) => ({ enforcer, terms }));
  return hashStruct({ primaryType: 'Delegation', types: DELEGATION_TYPES, data: { delegate, delegator, authority, caveats, salt } });
}

/** The permission context of one delegation: a list of it alone. */
export function encodeContext(delegation: Delegation): Hex {
  return encodeAbiParameters([{ type: 'tuple[]', components: DELEGATION_FIELDS }], [[delegation]]);
}

/** Caveats as the strict reader gives them. */
export function toCaveat(value: AbiValue): Caveat {
  const [enforcer, terms, args] = value as readonly AbiValue[];
  return { enforcer: enforcer as EvmAddress, terms: hexOf(terms as Uint8Array), args: hexOf(args as Uint8Array) };
}

/** Reads a context of exactly one delegation; undefined for any encoding but the canonical one. */
export function readContext(context: Uint8Array): Delegation | undefined {
  const values = readAbi(context, 0, [{ list: DELEGATION }]);
  const list = values?.[0] as readonly (readonly AbiValue[])[] | undefined;
  const [row] = list ?? [];
  if (list?.length !== 1 || row === undefined) return undefined;
  const [delegate, delegator, authority, caveats, salt, signature] = row;
  return {
    delegate: delegate as EvmAddress,
    delegator: delegator as EvmAddress,
    authority: authority as Hex,
    caveats: (caveats as readonly AbiValue[]).map(toCaveat),
    salt: salt as bigint,
    signature: hexOf(signature as Uint8Array),
  };
}
