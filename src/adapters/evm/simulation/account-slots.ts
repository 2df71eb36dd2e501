import { keccak256 } from '../../../core/digest.ts';
import type { EvmAddress } from '../address.ts';
import { hexOf } from '../address.ts';

const word = (value: bigint): string => value.toString(16).padStart(64, '0');
const hash = (hex: string): string => hexOf(keccak256(new Uint8Array(Buffer.from(hex, 'hex'))));

/** Where a namespace of contract storage begins (ERC-7201). */
function namespace(id: string): bigint {
  const inner = BigInt(hexOf(keccak256(new TextEncoder().encode(id)))) - 1n;
  return BigInt(hash(word(inner))) & ~0xffn;
}

/**
 * Where contracts keep their mappings by account: the first 128 places, those behind the gaps that upgradeable contracts leave, and
 * the namespaces of OpenZeppelin's tokens.
 */
const PLACES: readonly bigint[] = [
  ...Array.from({ length: 128 }, (_, index) => BigInt(index)),
  ...[150n, 200n, 250n, 300n].flatMap((gap) => [0n, 1n, 2n, 3n, 4n].map((shift) => gap + shift)),
  ...['ERC20', 'ERC721', 'ERC1155'].flatMap((token) =>
    [0n, 1n, 2n, 3n, 4n, 5n].map((shift) => namespace(`openzeppelin.storage.${token}`) + shift),
  ),
];
const OWN_PLACES: ReadonlySet<bigint> = new Set(PLACES);
/** Seeds of Solady's balances. */
const SOLADY_BALANCE = '87a211a2';
/** Wallets whose slots are kept: they are computed in about a millisecond. */
const MAX_KEPT = 64;

const kept = new Map<EvmAddress, ReadonlySet<string>>();

/** The slots in which a contract would keep something by this account alone: balances, nonces, delegates. */
export function accountSlots(account: EvmAddress): ReadonlySet<string> {
  const known = kept.get(account);
  if (known !== undefined) return known;
  const key = account.slice(2).padStart(64, '0');
  // Solidity hashes key and place, Vyper place and key.
  const slots = new Set(PLACES.flatMap((place) => [hash(key + word(place)), hash(word(place) + key)]));
  slots.add(hash(`${account.slice(2)}0000000000000000${SOLADY_BALANCE}`));
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(account, slots);
  return slots;
}

/** The slots in which a contract would keep what `owner` grants `other`: allowances, operators. */
export function grantSlots(owner: EvmAddress, other: EvmAddress): ReadonlySet<string> {
  const inner = other.slice(2).padStart(64, '0');
  return new Set([...accountSlots(owner)].flatMap((slot) => [hash(inner + slot.slice(2)), hash(slot.slice(2) + inner)]));
}

/** Whether a slot is one of a contract's own, not of a mapping: counters, totals, switches. */
export function isPlain(slot: string): boolean {
  const place = BigInt(slot);
  return place < 65_536n || OWN_PLACES.has(place);
}
