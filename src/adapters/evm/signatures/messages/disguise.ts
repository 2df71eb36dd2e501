import { isCastellanError } from '../../../../core/errors.ts';
import { hexOf } from '../../address.ts';
import { decodeRlp } from '../../rlp.ts';

/** What a contract or node might take the bytes for; null where they are nothing but a message. */
export function disguiseOf(bytes: Uint8Array): string | null {
  return binaryDisguise(bytes) ?? textDisguise(bytes);
}

/** Fields of an unsigned or signed transaction of each type, and of an authorization: `type ‖ rlp([…])`. */
const FIELDS: Readonly<Record<number, readonly number[]>> = { 1: [8, 11], 2: [9, 12], 3: [11, 14], 4: [10, 13], 5: [3, 6] };
const LEGACY: readonly number[] = [6, 9];
/** Magic of a bag of cells (TON). */
const BOC = 'b5ee9c72';
const SPELLED_HEX = /^\s*(?:0[xX])?((?:[0-9a-fA-F]{2})+)\s*$/;
const BASE64_BOC = /^\s*te6(?:cc|cck)[A-Za-z0-9+/_-]+={0,2}\s*$/;

function listLength(bytes: Uint8Array): number | null {
  try {
    const item = decodeRlp(bytes);
    return item instanceof Uint8Array ? null : item.length;
  } catch (error) {
    if (isCastellanError(error)) return null;
    throw error;
  }
}

function binaryDisguise(bytes: Uint8Array): string | null {
  const first = bytes[0];
  if (first === undefined) return null;
  // Contracts ask for a hash behind the prefix of messages: what it is the hash of, nobody can tell.
  if (bytes.length === 32) return '32 bytes, as a hash has';
  if (first === 0x19) return 'bytes that begin like typed data or a message with its prefix';
  if (first >= 0xc0 && LEGACY.includes(listLength(bytes) ?? -1)) return 'a transaction';
  if (FIELDS[first]?.includes(listLength(bytes.subarray(1)) ?? -1) === true) return first === 5 ? 'an authorization' : 'a transaction';
  if (hexOf(bytes, 0, Math.min(4, bytes.length)) === `0x${BOC}`) return 'a message of TON';
  if (bytes.length % 32 === 4 && !isText(bytes)) return 'a call of a contract';
  return null;
}

function textDisguise(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('utf8');
  const hex = SPELLED_HEX.exec(text)?.[1];
  if (hex !== undefined) {
    const inner = new Uint8Array(Buffer.from(hex, 'hex'));
    const what = binaryDisguise(inner);
    if (what !== null) return `the hex of ${what}`;
  }
  if (BASE64_BOC.test(text)) return 'a message of TON';
  if (text.includes('Ethereum Signed Message:')) return 'a message with its prefix';
  if (/^\s*\{/.test(text) && /"primaryType"/.test(text) && /"domain"/.test(text)) return 'typed data';
  return null;
}

/** Whether all of it can be shown as text. */
export function isText(bytes: Uint8Array): boolean {
  try {
    return !new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).includes('\0');
  } catch {
    return false;
  }
}
