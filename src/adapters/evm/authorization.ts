import { keccak256 } from '../../core/digest.ts';
import { addressOfKey, type EvmAddress, hexOf } from './address.ts';
import { readExact, readInteger, readList } from './envelope-fields.ts';
import type { RlpItem } from './rlp.ts';
import { encodeRlp, integerBytes } from './rlp.ts';
import { recoverPublicKey } from './secp256k1.ts';
import { undecodable } from './undecodable.ts';

/** Authorizations of one transaction: each costs 25,000 gas there, and about a millisecond to recover its signer here. */
const MAX_AUTHORIZATIONS = 16;

/** The leave that an account gives to run a contract's code as its own (EIP-7702). */
export interface Authorization {
  /** Zero: good on every chain. */
  readonly chainId: bigint;
  /** The zero address takes the code away again. */
  readonly address: EvmAddress;
  readonly nonce: bigint;
  readonly signature: { readonly odd: bigint; readonly r: bigint; readonly s: bigint };
}

/** Who signed it, over Keccak-256 of `0x05 ‖ rlp([chainId, address, nonce])`; null where nobody can have, which the chain passes over. */
export function authorityOf({ chainId, address, nonce, signature }: Authorization): EvmAddress | null {
  const { odd, r, s } = signature;
  if (odd > 1n) return null;
  const contract = new Uint8Array(Buffer.from(address.slice(2), 'hex'));
  const signed = encodeRlp([integerBytes(chainId), contract, integerBytes(nonce)], 5);
  const point = recoverPublicKey(keccak256(signed), r, s, odd === 1n);
  return point === null ? null : addressOfKey(point);
}

/** `[[chainId, address, nonce, yParity, r, s], …]`, at least one. @throws PAYLOAD_UNDECODABLE */
export function readAuthorizations(item: RlpItem | undefined): readonly Authorization[] {
  const list = readList(item, 'authorizationList');
  if (list.length === 0 || list.length > MAX_AUTHORIZATIONS) throw undecodable('field_invalid', { field: 'authorizationList' });
  return list.map((entry) => {
    const fields = readList(entry, 'authorizationList');
    if (fields.length !== 6) throw undecodable('field_invalid', { field: 'authorizationList' });
    const chainId = readInteger(fields[0], 'authorizationList', 32);
    const address = hexOf(readExact(fields[1], 'authorizationList', 20));
    const nonce = readInteger(fields[2], 'authorizationList', 8);
    const odd = readInteger(fields[3], 'authorizationList', 1);
    const r = readInteger(fields[4], 'authorizationList', 32);
    const s = readInteger(fields[5], 'authorizationList', 32);
    return { chainId, address, nonce, signature: { odd, r, s } };
  });
}
