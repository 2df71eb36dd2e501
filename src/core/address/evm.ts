import { keccak256, toHex } from '../digest.ts';
import { CastellanError } from '../errors.ts';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/**
 * Reads an EVM address into lowercase. Digits all in one case are taken as they are; mixed case must be the EIP-55
 * checksum. The zero address is an address: whether it may be paid is policy.
 * @throws ADDRESS_INVALID
 */
export function parseEvmAddress(text: string): string {
  if (typeof text !== 'string' || !ADDRESS.test(text)) {
    throw new CastellanError('ADDRESS_INVALID', { message: 'An EVM address is 0x and 40 hex digits.' });
  }
  const lower = text.toLowerCase();
  const digits = text.slice(2);
  if (text === lower || digits === digits.toUpperCase() || text === toChecksumAddress(lower)) return lower;
  throw new CastellanError('ADDRESS_INVALID', { message: 'The address has a wrong checksum (EIP-55): a character was changed.' });
}

/** The address of a public key of secp256k1, in lowercase. @param point - x‖y, 64 bytes */
export function toEvmAddress(point: Uint8Array): string {
  return `0x${toHex(keccak256(point).slice(12))}`;
}

/** Spells a lowercase address with its EIP-55 checksum. */
export function toChecksumAddress(lower: string): string {
  const digits = lower.slice(2);
  const hashed = toHex(keccak256(Buffer.from(digits, 'latin1')));
  let out = '0x';
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits[index] as string;
    out += (hashed[index] as string) >= '8' ? digit.toUpperCase() : digit;
  }
  return out;
}
