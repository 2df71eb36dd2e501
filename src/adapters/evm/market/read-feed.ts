import type { MarketPrice } from '../../../core/market.ts';
import type { EvmAddress } from '../address.ts';
import { selectorOf } from '../decode/index.ts';
import type { BareAnswer, BareCall } from './batch-call.ts';
import type { Feed } from './market-options.ts';

/** `(uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)` */
const LATEST = { selector: selectorOf('latestRoundData()'), words: 5 } as const;
const DECIMALS = { selector: selectorOf('decimals()'), words: 1 } as const;
/** Offset, length, and up to 96 bytes of text. */
const DESCRIPTION = { selector: selectorOf('description()'), words: 5 } as const;

const SIGN = 1n << 255n;
const MAX_DECIMALS = 36n;
const MAX_ROUND = 1n << 80n;

/** The calls that a feed takes, three of them. */
export function feedCalls(to: EvmAddress): readonly BareCall[] {
  return [LATEST, DECIMALS, DESCRIPTION].map((call) => ({ to, ...call }));
}

/** One answer of a feed: what it says, and since when and of when that is, in seconds. */
export interface FeedRound {
  /** As the contract gives it: an `int256`, which may be negative. */
  readonly answer: bigint;
  readonly startedAt: bigint;
  readonly updatedAt: bigint;
}

/** A round that is one; or why it is none. `nowSeconds` is the block's own time. */
export function readRound(words: BareAnswer | undefined, nowSeconds: bigint): FeedRound | string {
  if (words?.length !== LATEST.words) return 'feed_unreadable';
  const [roundId, raw, startedAt, updatedAt, answeredInRound] = words as readonly [bigint, bigint, bigint, bigint, bigint];
  if (roundId === 0n || roundId >= MAX_ROUND || answeredInRound < roundId || answeredInRound >= MAX_ROUND) return 'feed_round_open';
  if (updatedAt === 0n) return 'feed_round_open';
  if (updatedAt > nowSeconds || startedAt > nowSeconds) return 'feed_from_the_future';
  return { answer: raw >= SIGN ? raw - (SIGN << 1n) : raw, startedAt, updatedAt };
}

/** Text of an ABI string; undefined for what is none, or is longer than is looked at. */
function textOf(words: BareAnswer | undefined): string | undefined {
  const [offset, length] = words ?? [];
  if (words === null || words === undefined || offset !== 32n || length === undefined || length > BigInt((words.length - 2) * 32))
    return undefined;
  const bytes = words
    .slice(2)
    .map((word) => word.toString(16).padStart(64, '0'))
    .join('');
  return Buffer.from(bytes.slice(0, Number(length) * 2), 'hex').toString('utf8');
}

/**
 * The price that a feed tells, exactly; or why it tells none. It is of the block at which it stood: a feed answers anew whenever the price has
 * moved, and within its heartbeat in any case.
 */
export function readFeed(feed: Feed, answers: readonly BareAnswer[], block: { readonly timestampMs: number }): MarketPrice | string {
  const [latest, places, text] = answers;
  const nowSeconds = BigInt(Math.floor(block.timestampMs / 1_000));
  const round = readRound(latest, nowSeconds);
  if (typeof round === 'string') return round;
  const [decimals] = places ?? [];
  if (decimals === undefined || decimals > MAX_DECIMALS) return 'feed_unreadable';
  if (feed.description !== undefined && textOf(text) !== feed.description) return 'feed_of_another_name';
  if (round.answer <= 0n) return 'feed_not_positive';
  if ((nowSeconds - round.updatedAt) * 1_000n > BigInt(feed.heartbeatMs)) return 'feed_stale';
  return {
    asset: feed.asset,
    unit: feed.unit,
    numerator: round.answer * 10n ** BigInt(feed.unitDecimals),
    denominator: 10n ** (decimals + BigInt(feed.decimals)),
    atMs: block.timestampMs,
  };
}
