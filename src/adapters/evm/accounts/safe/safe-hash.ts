import { keccak256 } from '../../../../core/digest.ts';
import type { EvmAddress } from '../../address.ts';
import type { SafeCall } from './safe-exec.ts';

const typeHash = (text: string): Uint8Array => keccak256(new TextEncoder().encode(text));

const DOMAIN_TYPE = typeHash('EIP712Domain(uint256 chainId,address verifyingContract)');
const ORDER_TYPE = typeHash(
  'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)',
);

/** A number or an address as one word of 32 bytes. */
export function wordOf(value: bigint | EvmAddress): Uint8Array {
  return new Uint8Array(Buffer.from(BigInt(value).toString(16).padStart(64, '0'), 'hex'));
}

/**
 * What the owners of a Safe sign (EIP-712): `keccak256(0x1901 ‖ domain ‖ order)`, the domain of the chain and of this very
 * Safe. Operation, gas and refund are zero in each order of ours.
 * @see https://eips.ethereum.org/EIPS/eip-712
 */
export function safeTxHash(chainNumber: bigint, safe: EvmAddress, { to, value, data }: SafeCall, nonce: bigint): Uint8Array {
  const zeros = Array.from({ length: 6 }, () => wordOf(0n));
  const domain = keccak256(Buffer.concat([DOMAIN_TYPE, wordOf(chainNumber), wordOf(safe)]));
  const order = keccak256(Buffer.concat([ORDER_TYPE, wordOf(to), wordOf(value), keccak256(data), ...zeros, wordOf(nonce)]));
  return keccak256(Buffer.concat([Uint8Array.of(0x19, 0x01), domain, order]));
}
