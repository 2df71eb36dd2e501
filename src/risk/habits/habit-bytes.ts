import { ACCOUNT_WORDS } from '../../core/address/account-code.ts';

/** How many of each are remembered. */
export const MOST = {
  parties: 88,
  /** Records of amounts: an asset has one, and its coins moved and its calls with coins one each. */
  assets: 12,
  recent: 48,
  arrivals: 16,
  methods: 32,
  tokens: 32,
  spenders: 16,
  /** Amounts of an asset remembered to the last digit. */
  exact: 12,
  /** Days with outflow of an asset. */
  days: 10,
  /** Half octaves of an amount. */
  sizes: 64,
  /** Numbers of significant digits told apart: 0 to 19. */
  digits: 20,
  kinds: 5,
} as const;

/** Places of single counts in {@link HabitBytes.head}. A moment is in seconds, 0 for never; `lastNewCount` is one more than the count. */
export const HEAD = {
  count: 0,
  first: 1,
  lastNew: 2,
  lastNewCount: 3,
  newCount: 4,
  recent: 5,
  arrivals: 6,
  parties: 7,
  assets: 8,
} as const;
const HEAD_WORDS = 10;

/** Places in {@link HabitBytes.rates}. A gap of −1 is none. */
export const RATE = { newShare: 0, gapQuick: 1, gapSlow: 2 } as const;
const RATES = 3;

/**
 * All that is remembered of a wallet, in one run of bytes: it is learnt into in place, and kept as it stands. What is nothing yet is 0.
 * Times are whole seconds, sizes log2 of whole units in 1/256.
 */
export class HabitBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly head: Uint32Array;
  readonly partyCode: Uint32Array;
  readonly partyFirst: Uint32Array;
  readonly partyPaidAt: Uint32Array;
  readonly partyReceivedAt: Uint32Array;
  readonly assetKey: Uint32Array;
  readonly assetPaidAt: Uint32Array;
  readonly assetReceivedAt: Uint32Array;
  readonly assetExact: Uint32Array;
  readonly assetDay: Uint32Array;
  readonly recentAt: Uint32Array;
  readonly recentParty: Uint32Array;
  readonly arrivals: Uint32Array;
  readonly methods: Uint32Array;
  readonly tokens: Uint32Array;
  readonly spenders: Uint32Array;
  readonly rates: Float32Array;
  readonly assetQuick: Float32Array;
  readonly assetSlow: Float32Array;
  readonly assetVariance: Float32Array;
  readonly assetDigits: Float32Array;
  readonly assetNewShare: Float32Array;
  readonly assetNewMean: Float32Array;
  readonly assetDays: Float32Array;
  readonly recentAmount: Float32Array;
  readonly partyMean: Int16Array;
  readonly partyMax: Int16Array;
  readonly partyReceivedMax: Int16Array;
  readonly assetMax: Int16Array;
  readonly assetLast: Int16Array;
  readonly assetNewMax: Int16Array;
  readonly assetReceivedLast: Int16Array;
  readonly sizesFirst: Int16Array;
  readonly newSizesFirst: Int16Array;
  readonly recentBits: Int16Array;
  readonly partyPaid: Uint16Array;
  readonly partyTransfers: Uint16Array;
  readonly partyReceived: Uint16Array;
  /** On which days something of worth was dealt in, see `dealt.ts`. */
  readonly partyDealt: Uint16Array;
  readonly assetCount: Uint16Array;
  readonly assetReceived: Uint16Array;
  readonly assetNewCount: Uint16Array;
  readonly hours: Uint16Array;
  readonly weekdays: Uint16Array;
  readonly kinds: Uint16Array;
  readonly partyBait: Uint8Array;
  readonly assetDayCount: Uint8Array;
  readonly sizes: Uint8Array;
  readonly newSizes: Uint8Array;
  readonly digits: Uint8Array;
  readonly exactCounts: Uint8Array;
  readonly methodCounts: Uint8Array;
  readonly tokenCounts: Uint8Array;
  readonly spenderCounts: Uint8Array;
  readonly recentFlags: Uint8Array;
  readonly recentAsset: Uint8Array;

  /** Views of bytes that were kept, or of nothing yet. @throws RangeError for another length than {@link HABIT_BYTES} */
  constructor(bytes: Uint8Array<ArrayBuffer> = new Uint8Array(HABIT_BYTES)) {
    if (bytes.length !== HABIT_BYTES || bytes.byteOffset % 4 !== 0) throw new RangeError('these are no habits');
    this.bytes = bytes;
    let at = bytes.byteOffset;
    const { buffer } = bytes;
    const place = (size: number): number => {
      at += size;
      return at - size;
    };
    const u32 = (count: number): Uint32Array => new Uint32Array(buffer, place(4 * count), count);
    const f32 = (count: number): Float32Array => new Float32Array(buffer, place(4 * count), count);
    const i16 = (count: number): Int16Array => new Int16Array(buffer, place(2 * count), count);
    const u16 = (count: number): Uint16Array => new Uint16Array(buffer, place(2 * count), count);
    const u8 = (count: number): Uint8Array => new Uint8Array(buffer, place(count), count);
    const { parties, assets, recent } = MOST;
    this.head = u32(HEAD_WORDS);
    this.partyCode = u32(parties * ACCOUNT_WORDS);
    this.partyFirst = u32(parties);
    this.partyPaidAt = u32(parties);
    this.partyReceivedAt = u32(parties);
    this.assetKey = u32(assets * 2);
    this.assetPaidAt = u32(assets);
    this.assetReceivedAt = u32(assets);
    this.assetExact = u32(assets * MOST.exact);
    this.assetDay = u32(assets);
    this.recentAt = u32(recent);
    this.recentParty = u32(recent);
    this.arrivals = u32(MOST.arrivals);
    this.methods = u32(MOST.methods);
    this.tokens = u32(MOST.tokens);
    this.spenders = u32(MOST.spenders);
    this.rates = f32(RATES);
    this.assetQuick = f32(assets);
    this.assetSlow = f32(assets);
    this.assetVariance = f32(assets);
    this.assetDigits = f32(assets);
    this.assetNewShare = f32(assets);
    this.assetNewMean = f32(assets);
    this.assetDays = f32(assets * MOST.days);
    this.recentAmount = f32(recent);
    this.partyMean = i16(parties);
    this.partyMax = i16(parties);
    this.partyReceivedMax = i16(parties);
    this.assetMax = i16(assets);
    this.assetLast = i16(assets);
    this.assetNewMax = i16(assets);
    this.assetReceivedLast = i16(assets);
    this.sizesFirst = i16(assets);
    this.newSizesFirst = i16(assets);
    this.recentBits = i16(recent);
    this.partyPaid = u16(parties);
    this.partyTransfers = u16(parties);
    this.partyReceived = u16(parties);
    this.partyDealt = u16(parties);
    this.assetCount = u16(assets);
    this.assetReceived = u16(assets);
    this.assetNewCount = u16(assets);
    this.hours = u16(24);
    this.weekdays = u16(7);
    this.kinds = u16(MOST.kinds);
    this.partyBait = u8(parties);
    this.assetDayCount = u8(assets);
    this.sizes = u8(assets * MOST.sizes);
    this.newSizes = u8(assets * MOST.sizes);
    this.digits = u8(assets * MOST.digits);
    this.exactCounts = u8(assets * MOST.exact);
    this.methodCounts = u8(MOST.methods);
    this.tokenCounts = u8(MOST.tokens);
    this.spenderCounts = u8(MOST.spenders);
    this.recentFlags = u8(recent);
    this.recentAsset = u8(recent);
  }
}

const { parties, assets, recent, methods, tokens, spenders } = MOST;
const WORDS =
  HEAD_WORDS +
  RATES +
  MOST.arrivals +
  parties * (ACCOUNT_WORDS + 3) +
  assets * (5 + MOST.exact + 6 + MOST.days) +
  recent * 3 +
  methods +
  tokens +
  spenders;
const HALVES = 24 + 7 + MOST.kinds + parties * 7 + assets * 9 + recent;
const SINGLES = parties + assets * (1 + 2 * MOST.sizes + MOST.digits + MOST.exact) + methods + tokens + spenders + recent * 2;

/** Length of the bytes: what a wallet's habits take, whatever it did. */
export const HABIT_BYTES: number = 4 * WORDS + 2 * HALVES + SINGLES;

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes in the order in which they are kept, or from it, which is the same: a copy on hosts that order them otherwise. */
export function littleEndian(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (IS_LITTLE_ENDIAN) return bytes;
  const swapped = bytes.slice();
  const buffer = Buffer.from(swapped.buffer);
  buffer.subarray(0, 4 * WORDS).swap32();
  buffer.subarray(4 * WORDS, 4 * WORDS + 2 * HALVES).swap16();
  return swapped;
}
