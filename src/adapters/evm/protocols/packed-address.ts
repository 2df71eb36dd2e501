import type { EvmAddress } from '../address.ts';

const ADDRESS_BITS = 160n;
const ADDRESS_MASK = (1n << ADDRESS_BITS) - 1n;

/** The address in the low 160 bits of a number; what routers pack above it are their own flags. */
export function packedAddress(packed: bigint): EvmAddress {
  return `0x${(packed & ADDRESS_MASK).toString(16).padStart(40, '0')}`;
}
