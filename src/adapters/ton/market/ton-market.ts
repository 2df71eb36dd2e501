import type { Clock } from '../../../core/clock.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { MarketData, MarketPool, MarketPrice, MarketReading } from '../../../core/market.ts';
import { malformed } from '../answer.ts';
import { readHead } from '../block.ts';
import type { TonClient } from '../client.ts';
import type { Protocols } from '../protocols/index.ts';
import type { TonPool } from './market-options.ts';
import { POOL_FORMS, type PoolState } from './pool-forms.ts';

/** How far a block's time may be ahead of our own. */
const MAX_LEAD_MS = 60_000;
/** Amounts on TON have at most 120 bits. */
const MAX_RESERVE = 1n << 120n;
/** Pools that are asked side by side; each takes up to six questions. */
const AT_ONCE = 4;

/** What is read of the market on a chain: each pool by the newest block of the masterchain. */
export function createTonMarket(client: TonClient, pools: readonly TonPool[], protocols: Protocols, clock: Clock): MarketData {
  async function look(pool: TonPool, seqno: number, signal: AbortSignal): Promise<PoolState | string> {
    try {
      const found = await POOL_FORMS[pool.protocol]({ client, pool, protocols, seqno, signal });
      return typeof found === 'string' ? found : bounded(found);
    } catch (error) {
      // One pool that cannot be read leaves the others as they are.
      return isCastellanError(error) ? `pool_unreadable ${error.code}` : 'pool_unreadable';
    }
  }

  return Object.freeze({
    async read(signal: AbortSignal): Promise<MarketReading> {
      const head = await readHead(client, signal);
      const nowMs = clock.nowMs();
      if (head.timestampMs > nowMs + MAX_LEAD_MS) throw malformed('header.gen_utime', 'from_the_future');
      const atMs = Math.min(head.timestampMs, nowMs);
      const [held, prices, faults] = [[] as MarketPool[], [] as MarketPrice[], [] as string[]];
      for (let start = 0; start < pools.length; start += AT_ONCE) {
        const batch = pools.slice(start, start + AT_ONCE);
        const found = await Promise.all(batch.map((pool) => look(pool, head.seqno, signal)));
        batch.forEach((pool, index) => {
          const state = found[index] as PoolState | string;
          if (typeof state === 'string') faults.push(`${state} ${pool.account}`);
          else {
            // What the pool keeps is left out: without it the impact is rather more than less.
            held.push({ assets: pool.assets, reserves: state.reserves, feePpm: 0, atMs, place: pool.account });
            prices.push(...priceIn(pool, state, atMs));
          }
        });
      }
      return { prices, pools: held, fees: [], faults };
    },
  });
}

function bounded({ reserves, isProduct }: PoolState): PoolState | string {
  if (reserves.some((reserve) => reserve <= 0n)) return 'pool_empty';
  return reserves.some((reserve) => reserve >= MAX_RESERVE) ? 'pool_reserves_too_large' : { reserves, isProduct };
}

/** The other asset by the one that counts as the unit: what the last trade left, and the next can change. */
function priceIn({ assets, quote }: TonPool, { reserves, isProduct }: PoolState, atMs: number): readonly MarketPrice[] {
  if (quote === null || !isProduct) return [];
  const other = quote.side === 0 ? 1 : 0;
  const numerator = reserves[quote.side] * 10n ** BigInt(quote.unitDecimals);
  const denominator = reserves[other] * 10n ** BigInt(quote.decimals);
  return [{ asset: assets[other], unit: quote.unit, numerator, denominator, atMs, isSpot: true }];
}
