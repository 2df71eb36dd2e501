import type { AssetId, MarketFee, MarketPool, MarketPrice, MarketReading } from '../../core/index.ts';

/** Entries of each kind that a source may name; more are not looked at. */
const MAX_ENTRIES = 256;
/** Reserves and prices of 256 bits, and then some. */
const MAX_VALUE = 2n ** 600n;
const MAX_TEXT = 200;
const MAX_FAULTS = 32;

const isValue = (value: unknown): value is bigint => typeof value === 'bigint' && value > 0n && value < MAX_VALUE;
const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isPpm = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isAsset = (value: unknown): value is AssetId => typeof value === 'string' && value.length <= MAX_TEXT && value.includes('/');
const isUnit = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function entriesOf<T>(value: unknown, read: (fields: Readonly<Record<string, unknown>>) => T | undefined): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_ENTRIES).flatMap((entry) => {
    const fields = fieldsOf(entry);
    const found = fields === undefined ? undefined : read(fields);
    return found === undefined ? [] : [found];
  });
}

function readPrice({
  asset,
  unit,
  numerator,
  denominator,
  atMs,
  isSpot,
  volatilityPpm,
}: Readonly<Record<string, unknown>>): MarketPrice | undefined {
  if (!isAsset(asset) || !isUnit(unit) || !isValue(numerator) || !isValue(denominator) || !isTime(atMs)) return undefined;
  if (volatilityPpm !== undefined && !isPpm(volatilityPpm)) return undefined;
  return {
    asset,
    unit,
    numerator,
    denominator,
    atMs,
    ...(isSpot === undefined || isSpot === false ? {} : { isSpot: true }),
    ...(volatilityPpm === undefined ? {} : { volatilityPpm }),
  };
}

function readPool({ assets, reserves, feePpm, atMs, place }: Readonly<Record<string, unknown>>): MarketPool | undefined {
  if (!Array.isArray(assets) || assets.length !== 2 || !Array.isArray(reserves) || reserves.length !== 2) return undefined;
  const [first, second, firstReserve, secondReserve] = [...assets, ...reserves] as readonly unknown[];
  if (!isAsset(first) || !isAsset(second) || first === second || !isPpm(feePpm) || feePpm > 1_000_000 || !isTime(atMs)) return undefined;
  // A pool that is empty on one side is no pool.
  if (!isValue(firstReserve) || !isValue(secondReserve)) return undefined;
  if (place !== undefined && !isUnit(place)) return undefined;
  const pool = { assets: [first, second], reserves: [firstReserve, secondReserve], feePpm, atMs } as const;
  return place === undefined ? pool : { ...pool, place };
}

function readFee({ asset, price, usual, atMs }: Readonly<Record<string, unknown>>): MarketFee | undefined {
  if (!isAsset(asset) || !isValue(price) || !isTime(atMs) || (usual !== undefined && !isValue(usual))) return undefined;
  return { asset, price, atMs, ...(usual === undefined ? {} : { usual }) };
}

/** What a source said, entry by entry: one that makes no sense is left out, which makes it missing. Undefined for no reading at all. */
export function readReading(answer: unknown): MarketReading | undefined {
  const fields = fieldsOf(answer);
  if (fields === undefined) return undefined;
  const faults = fields['faults'];
  return {
    prices: entriesOf(fields['prices'], readPrice),
    pools: entriesOf(fields['pools'], readPool),
    fees: entriesOf(fields['fees'], readFee),
    faults: Array.isArray(faults)
      ? faults.slice(0, MAX_FAULTS).flatMap((fault) => (typeof fault === 'string' ? [fault.slice(0, MAX_TEXT)] : []))
      : [],
  };
}
