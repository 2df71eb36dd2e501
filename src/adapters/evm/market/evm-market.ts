import { nativeAssetId } from '../../../core/asset.ts';
import type { Clock } from '../../../core/clock.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { MarketData, MarketPool, MarketPrice, MarketReading } from '../../../core/market.ts';
import { addressOf } from '../address.ts';
import { malformed } from '../answer.ts';
import { readHead } from '../block.ts';
import type { RpcClient } from '../client.ts';
import { type BareCall, batchCall } from './batch-call.ts';
import type { EvmMarketConfig } from './market-options.ts';
import { feedCalls, readFeed, readRound } from './read-feed.ts';
import { poolCalls, readPool } from './read-pool.ts';

/** How far a block's time may be ahead of our own. */
const MAX_LEAD_MS = 60_000;
/** What a sequencer's feed answers while it works. */
const UP = 0n;

/** What is read of the market on a chain: the newest block, and then everything by that one state in one round trip. */
export function createEvmMarket(client: RpcClient, chain: ChainId, config: EvmMarketConfig, clock: Clock): MarketData {
  const { feeds, pools, wrapped, sequencer } = config;
  const on = (account: AccountId) => addressOf(account, chain);
  const calls: readonly BareCall[] = [
    ...(sequencer === null ? [] : feedCalls(on(sequencer.account)).slice(0, 1)),
    ...feeds.flatMap(({ account }) => feedCalls(on(account))),
    ...pools.flatMap(({ account }) => poolCalls(on(account))),
  ];

  return Object.freeze({
    async read(signal: AbortSignal): Promise<MarketReading> {
      const head = await readHead(client, 'latest', signal);
      const nowMs = clock.nowMs();
      if (head.timestampMs > nowMs + MAX_LEAD_MS) throw malformed('block.timestamp', 'from_the_future');
      const block = { timestampMs: Math.min(head.timestampMs, nowMs) };
      const left = calls.length === 0 ? [] : [...(await batchCall(client, calls, head.hash, signal))];
      const faults: string[] = [];
      const next = (count: number) => left.splice(0, count);
      // A feed of a chain whose sequencer stood still tells what was before; right after, nobody could act on what it tells.
      const halted = sequencer === null ? undefined : haltOf(readRound(next(1)[0], seconds(head.timestampMs)), head.timestampMs, sequencer);
      if (halted !== undefined) faults.push(`${halted} ${chain}`);
      const prices = feeds.flatMap((feed): readonly MarketPrice[] => {
        const found = readFeed(feed, next(3), head);
        if (typeof found === 'string') faults.push(`${found} ${feed.asset}`);
        return typeof found === 'string' || halted !== undefined ? [] : [{ ...found, atMs: block.timestampMs }];
      });
      const held = pools.flatMap(({ account, feePpm }): readonly MarketPool[] => {
        const found = readPool({ chain, wrapped, feePpm, account }, next(3), block);
        if (typeof found === 'string') faults.push(`${found} ${account}`);
        return typeof found === 'string' || halted !== undefined ? [] : found;
      });
      const fee = { asset: nativeAssetId(chain), price: head.baseFeePerGas, atMs: block.timestampMs };
      return { prices, pools: held, fees: head.baseFeePerGas > 0n ? [fee] : [], faults };
    },
  });
}

const seconds = (ms: number): bigint => BigInt(Math.floor(ms / 1_000));

function haltOf(round: ReturnType<typeof readRound>, nowMs: number, { graceMs }: { readonly graceMs: number }): string | undefined {
  if (typeof round === 'string') return 'sequencer_unreadable';
  if (round.answer !== UP) return 'sequencer_down';
  return nowMs - Number(round.startedAt) * 1_000 < graceMs ? 'sequencer_just_back' : undefined;
}
