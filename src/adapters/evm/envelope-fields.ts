import type { EvmAddress } from './address.ts';
import { hexOf } from './address.ts';
import type { RlpItem } from './rlp.ts';
import { undecodable } from './undecodable.ts';

/** An access list's entry: an address, and the storage keys of it that are warmed. */
export interface AccessEntry {
  readonly address: EvmAddress;
  readonly storageKeys: readonly EvmAddress[];
}

/** A byte string of at most `maxBytes`. @throws PAYLOAD_UNDECODABLE */
export function readString(item: RlpItem | undefined, field: string, maxBytes: number): Uint8Array {
  if (!(item instanceof Uint8Array) || item.length > maxBytes) throw undecodable('field_invalid', { field });
  return item;
}

/** A byte string of exactly `bytes`. @throws PAYLOAD_UNDECODABLE */
export function readExact(item: RlpItem | undefined, field: string, bytes: number): Uint8Array {
  const read = readString(item, field, bytes);
  if (read.length !== bytes) throw undecodable('field_invalid', { field });
  return read;
}

/** A number of at most `maxBytes` without leading zeros. @throws PAYLOAD_UNDECODABLE */
export function readInteger(item: RlpItem | undefined, field: string, maxBytes: number): bigint {
  const bytes = readString(item, field, maxBytes);
  if (bytes.length === 0) return 0n;
  if (bytes[0] === 0) throw undecodable('integer_not_canonical', { field });
  if (bytes.length > 6) return BigInt(hexOf(bytes));
  let small = 0;
  for (const byte of bytes) small = small * 256 + byte;
  return BigInt(small);
}

/** An address; null for none, which creates a contract. @throws PAYLOAD_UNDECODABLE */
export function readRecipient(item: RlpItem | undefined): EvmAddress | null {
  const bytes = readString(item, 'to', 20);
  if (bytes.length === 0) return null;
  if (bytes.length !== 20) throw undecodable('field_invalid', { field: 'to' });
  return hexOf(bytes);
}

/** A list. @throws PAYLOAD_UNDECODABLE */
export function readList(item: RlpItem | undefined, field: string): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw undecodable('field_invalid', { field });
  return item;
}

/** An access list (EIP-2930). @throws PAYLOAD_UNDECODABLE */
export function readAccessList(item: RlpItem | undefined): readonly AccessEntry[] {
  return readList(item, 'accessList').map((entry) => {
    const pair = readList(entry, 'accessList');
    const address = hexOf(readExact(pair[0], 'accessList', 20));
    if (pair.length !== 2) throw undecodable('field_invalid', { field: 'accessList' });
    return { address, storageKeys: readList(pair[1], 'accessList').map((key) => hexOf(readExact(key, 'accessList', 32))) };
  });
}

/** The most blobs that one transaction has ever been allowed. */
const MAX_BLOBS = 9;

/** Hashes of blobs (EIP-4844): version 1, at least one. @throws PAYLOAD_UNDECODABLE */
export function readBlobHashes(item: RlpItem | undefined): readonly string[] {
  const hashes = readList(item, 'blobVersionedHashes').map((entry) => readExact(entry, 'blobVersionedHashes', 32));
  const valid = hashes.length > 0 && hashes.length <= MAX_BLOBS && hashes.every((hash) => hash[0] === 1);
  if (!valid) throw undecodable('field_invalid', { field: 'blobVersionedHashes' });
  return hashes.map((hash) => hexOf(hash));
}
