/** Trailing zeros, and most significant digits before them, of an amount that counts as round. */
const ZEROS = 1000n;
const SIGNIFICANT = 2;

/** True for amounts such as 0.5 ETH or 1,500 USDC in base units: at most two digits, then at least three zeros. */
export function isRoundAmount(amount: bigint): boolean {
  if (amount <= 0n || amount % ZEROS !== 0n) return false;
  const text = String(amount);
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end -= 1;
  return end <= SIGNIFICANT;
}
