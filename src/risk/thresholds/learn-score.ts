import { emptyScoreRecord, LEVELS, levelOf, MOST_ACTIONS, oddsOf, PERSONAL_FROM, reached, type ScoreRecord } from './score-record.ts';

const DAY_MS = 86_400_000;
/** What the usual level may rise by in a day, in the odds' logarithm. It falls at once. */
export const RISE_PER_DAY = 0.05;
/** Alarms that people may call legitimate in a UTC day, of an agent, and be learnt from. */
export const WORDS_PER_DAY = 3;
/** A word of people speaks for scores up to so many levels above, so that nearly the same action is not asked about again. */
const WORD_REACHES = 2;
/** The share of an agent's actions above its usual level. */
const ABOVE_USUAL = 0.1;

/** One settled action as the record learns it. */
export interface ScoreLesson {
  /** The model that scored it. */
  readonly model: string;
  readonly odds: number;
  readonly atMs: number;
  /** True where it was alarmed, and people called it legitimate: the only lesson that can teach of scores above the threshold. */
  readonly told: boolean;
}

/**
 * The record after one more action. O(levels), pure. What was alarmed and nobody called legitimate must not be passed. A word beyond
 * {@link WORDS_PER_DAY}, and a score that is no number, change nothing. Scores of another model begin the record anew; what people called fraud stays.
 */
export function learnScore(before: ScoreRecord | undefined, { model, odds, atMs, told }: ScoreLesson): ScoreRecord {
  const record = before?.model === model ? before : { ...emptyScoreRecord(model), ...kept(before) };
  if (!Number.isFinite(odds) || !Number.isFinite(atMs)) return record;
  const words = told ? oneMoreWord(record, atMs) : record.told;
  if (words === undefined) return record;
  const counted = addScore(record, levelFor(odds, told));
  return { ...counted, ...usualAfter(counted, atMs), told: words };
}

/** The record without an action that it had learnt, as far as it still weighs one. O(levels), pure. */
export function unlearnScore(record: ScoreRecord, { model, odds, told }: Omit<ScoreLesson, 'atMs'>): ScoreRecord {
  const at = levelFor(odds, told) - record.first;
  if (record.model !== model || !Number.isFinite(odds) || record.count < 1) return record;
  // Of what faded, no more is taken away than is left: there are never more at all levels together than actions.
  const left = at < 0 && record.first + at < 0 ? 1 : Math.min(1, record.counts[at] ?? 0);
  const counts = record.counts.map((count, index) => (index === at ? count - left : count));
  const sum = counts.reduce((all, count) => all + count, 0);
  return { ...record, count: Math.max(sum, record.count - left), counts };
}

/** What nobody spoke of counts at its own level, rounded down: it teaches nothing of what scores higher. */
function levelFor(odds: number, told: boolean): number {
  return told ? Math.min(LEVELS - 1, levelOf(odds) + WORD_REACHES) : levelOf(odds);
}

/** The words of that day with one more; undefined where there were enough. A day that is over never comes again. */
function oneMoreWord({ told }: ScoreRecord, atMs: number): ScoreRecord['told'] | undefined {
  const day = Math.max(told.day, Math.floor(atMs / DAY_MS));
  const times = day === told.day ? told.times + 1 : 1;
  return times > WORDS_PER_DAY ? undefined : { day, times };
}

function kept(before: ScoreRecord | undefined): Partial<ScoreRecord> {
  return before === undefined ? {} : { settled: before.settled, lean: before.lean, told: before.told };
}

/** Once the record is full, all it knows fades by as much as comes in. Rounded down: fading never makes a score look more usual. */
function addScore(record: ScoreRecord, level: number): ScoreRecord {
  const isFull = record.count >= MOST_ACTIONS;
  const fade = (count: number): number => (isFull ? Math.floor(count * (1 - 1 / MOST_ACTIONS) * 1e6) / 1e6 : count);
  const count = isFull ? MOST_ACTIONS : record.count + 1;
  if (level < 0) return { ...record, count, counts: record.counts.map(fade) };
  const isEmpty = record.counts.length === 0;
  const first = isEmpty ? level : Math.min(record.first, level);
  const end = isEmpty ? level + 1 : Math.max(record.first + record.counts.length, level + 1);
  const counts = Array.from({ length: end - first }, (_, at) => {
    const old = record.counts[first + at - record.first];
    return (old === undefined ? 0 : fade(old)) + Number(first + at === level);
  });
  return { ...record, count, first, counts };
}

/** The level that a tenth of the actions reach, which follows downwards at once, and upwards by so much a day on which something settled. */
function usualAfter(record: ScoreRecord, atMs: number): Pick<ScoreRecord, 'usual' | 'usualMs'> {
  const usualMs = Math.max(record.usualMs, atMs);
  if (record.count < PERSONAL_FROM) return { usual: null, usualMs };
  const now = usualOf(record);
  if (record.usual === null || now <= record.usual) return { usual: now, usualMs };
  const days = Math.min(1, (usualMs - record.usualMs) / DAY_MS);
  return { usual: Math.min(now, record.usual + RISE_PER_DAY * days), usualMs };
}

function usualOf(record: ScoreRecord): number {
  let left = reached(record, 0);
  let level = 0;
  for (; level < LEVELS && left > ABOVE_USUAL * record.count; level += 1) left -= record.counts[level - record.first] ?? 0;
  return oddsOf(Math.min(level, LEVELS - 1));
}
