import type { Envelope } from './envelope.ts';

const BASE = 21_000n;
const CREATION = 32_000n;
/** Per authorization (EIP-7702). */
const AUTHORIZATION = 25_000n;

/** The most code that a creation may bring (EIP-3860), bytes. */
export const MAX_INIT_CODE = 49_152;

/**
 * Gas that a transaction costs before it does anything: the price of its bytes, lists and kind (EIP-2028, 2930, 3860, 7702).
 * With less it is never included. The floor for calldata (EIP-7623) is not part of it.
 */
export function intrinsicGas({ to, data, accessList, authorizations }: Envelope): bigint {
  let zeros = 0;
  for (const byte of data) if (byte === 0) zeros += 1;
  const bytes = zeros * 4 + (data.length - zeros) * 16;
  const words = to === null ? Math.ceil(data.length / 32) * 2 : 0;
  const lists = accessList.reduce((sum, { storageKeys }) => sum + 2_400 + storageKeys.length * 1_900, 0);
  return BASE + (to === null ? CREATION : 0n) + BigInt(bytes + words + lists) + BigInt(authorizations.length) * AUTHORIZATION;
}
