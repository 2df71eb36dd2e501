import type { Json } from '../../core/index.ts';
import { LEVELS, MOST_ACTIONS, MOST_LEAN, oddsOf, type ScoreRecord } from './score-record.ts';

/** What adding and fading may be off by. */
const ROUNDING = 1e-3;
/** Values that were read once and found sound; stored rows keep their identity while they are cached. */
const sound = new WeakSet<object>();

/** Reads a stored record. Fails closed where it is malformed or of another version: undefined, which counts as an agent without rates of its own. */
export function parseScoreRecord(json: Json | undefined): ScoreRecord | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  if (sound.has(json)) return json as unknown as ScoreRecord;
  if (!isRecord(json as { readonly [key: string]: Json })) return undefined;
  sound.add(json);
  return json as unknown as ScoreRecord;
}

function isRecord({ v, model, settled, count, first, counts, usual, usualMs, lean, told }: { readonly [key: string]: Json }): boolean {
  return (
    v === 1 &&
    typeof model === 'string' &&
    model.length <= 64 &&
    isWithin(settled, Number.MAX_SAFE_INTEGER) &&
    isWithin(count, MOST_ACTIONS) &&
    isWithin(first, LEVELS - 1) &&
    Number.isInteger(first) &&
    Array.isArray(counts) &&
    counts.length + (first as number) <= LEVELS &&
    counts.every((at: Json) => isWithin(at, MOST_ACTIONS)) &&
    // More at all levels together than actions: then the rate would be anything.
    sumOf(counts as readonly number[]) <= (count as number) + ROUNDING &&
    (usual === null || (isNumber(usual) && (usual as number) >= oddsOf(0) && (usual as number) <= oddsOf(LEVELS))) &&
    isNumber(usualMs) &&
    isWithin(lean, MOST_LEAN) &&
    Number.isInteger(lean) &&
    isTold(told)
  );
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function isTold(told: Json | undefined): boolean {
  if (typeof told !== 'object' || told === null || Array.isArray(told)) return false;
  const { day, times } = told as { readonly [key: string]: Json };
  return isNumber(day) && isWithin(times, Number.MAX_SAFE_INTEGER);
}

function isNumber(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWithin(value: Json | undefined, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}
