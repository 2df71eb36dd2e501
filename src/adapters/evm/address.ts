import { keccak256 } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';

/** `0x` and 40 lowercase hex digits. */
export type EvmAddress = `0x${string}`;

const ADDRESS = /^0x[0-9a-f]{40}$/;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lowercase hex with `0x` of `bytes[from, to)`. */
export function hexOf(bytes: Uint8Array, from = 0, to = bytes.length): `0x${string}` {
  let text = '';
  for (let index = from; index < to; index += 1) text += HEX[bytes[index] as number];
  return `0x${text}`;
}

/** The address of a public key x‖y: the last 20 bytes of its Keccak-256. */
export function addressOfKey(point: Uint8Array): EvmAddress {
  return hexOf(keccak256(point), 12);
}

/** The account of an address that came from bytes or from a node, in core's canonical spelling. @throws ADDRESS_INVALID */
export function accountOf(chain: ChainId, address: string): AccountId {
  const lower = address.toLowerCase();
  if (!ADDRESS.test(lower)) throw new CastellanError('ADDRESS_INVALID', { message: 'An EVM address is 0x and 40 hex digits.' });
  return `${chain}:${lower}` as AccountId;
}

/** The address of an account that must live on `chain`. @throws REQUEST_INVALID for an account of another chain. */
export function addressOf(account: AccountId, chain: ChainId): EvmAddress {
  const address = typeof account === 'string' && account.startsWith(`${chain}:`) ? account.slice(chain.length + 1) : '';
  if (!ADDRESS.test(address)) {
    throw new CastellanError('REQUEST_INVALID', {
      message: 'The account is not on this chain.',
      details: { account: String(account), chain },
    });
  }
  return address as EvmAddress;
}
