import type { WalletAction } from '../../../src/risk/habits/wallet-action.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

/** The n-th address of a test: digits spread, so that no two look alike. */
export function address(n: number): string {
  let state = (n + 1) * 2_654_435_761;
  let digits = '';
  while (digits.length < 40) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    digits += state.toString(16).padStart(8, '0');
  }
  return `0x${digits.slice(0, 40)}`;
}

/** A payment of coins, an hour after the one of the number before. */
export function payment(n: number, more: Partial<WalletAction> = {}): WalletAction {
  return {
    atMs: NOON + n * 3_600_000,
    direction: 'out',
    kind: 'coin',
    party: address(n % 5),
    asset: 'coin',
    amount: 10n ** 18n + BigInt(n % 3) * 10n ** 17n,
    decimals: 18,
    ...more,
  };
}
