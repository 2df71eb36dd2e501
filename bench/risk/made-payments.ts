import { mulberry32 } from '../../scripts/scorecard/measure.ts';
import { type AccountId, type AssetId, parseAccount } from '../../src/core/index.ts';

/** One payment of one agent, as both sides of the comparison get it. */
export interface MadePayment {
  readonly atMs: number;
  readonly to: AccountId;
  readonly asset: AssetId;
  readonly amount: bigint;
  readonly decimals: number;
}

const COIN = 'eip155:1/slip44:60' as AssetId;
const TOKEN = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' as AssetId;
const START_MS = Date.UTC(2026, 0, 5);
const HOUR_MS = 3_600_000;
/** One payment in so many goes to somebody new. */
const NEW_EVERY = 25;
const FRIENDS = 40;

/** The `n`-th of many unlike accounts. */
export function madeAccount(n: number): AccountId {
  const digits = ((BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn) % (1n << 160n)).toString(16).padStart(40, '0');
  return parseAccount(`eip155:1:0x${digits}`);
}

/** Payments of one agent, endlessly: its own friends, some paid more often than others, now and then somebody new; two assets, by day. The same seed makes the same. */
export function* madePayments(seed: number): Generator<MadePayment, never> {
  const dice = mulberry32(seed);
  const friends = Array.from({ length: FRIENDS }, (_, n) => madeAccount(seed * 1_000 + n));
  const bits = 50 + dice() * 8;
  let atMs = START_MS + Math.floor(dice() * HOUR_MS);
  for (let turn = 0; ; turn += 1) {
    const gauss = Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
    const isCoin = dice() < 0.7;
    const size = 2 ** (bits + 0.6 * gauss - (isCoin ? 0 : 36));
    const to = dice() * NEW_EVERY < 1 ? madeAccount(0x4000_0000 + seed * 100_003 + turn) : friends[Math.floor(FRIENDS * dice() ** 2)];
    atMs += Math.floor((0.2 + 2 * dice()) * HOUR_MS);
    if (new Date(atMs).getUTCHours() < 7) atMs += 8 * HOUR_MS;
    yield { atMs, to: to as AccountId, asset: isCoin ? COIN : TOKEN, amount: BigInt(Math.round(size)), decimals: isCoin ? 18 : 6 };
  }
}
