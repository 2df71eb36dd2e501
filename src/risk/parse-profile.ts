import type { Json } from '../core/index.ts';
import { TRAIL_LENGTH } from './amount-trail.ts';
import { unpackGrants } from './grant-notes.ts';
import { unpackFigures } from './habits/figures.ts';
import { MOST } from './habits/habit-bytes.ts';
import type { KeptHabits } from './habits/habits.ts';
import { unpackNotes } from './habits/kept-notes.ts';
import type { LogHistogram } from './log-histogram.ts';
import type { Profile } from './profile.ts';
import { HOURS_PER_WEEK, RECENT_PAYMENTS } from './profile.ts';
import { soundHabits } from './profile-habits.ts';
import { MAX_WEEKS } from './weekly-outflow.ts';

/** Numbers that a week is kept in. */
const WEEK_FIELDS = 5;
/** log2 of anything measured lies between 0 and this. */
const MOST_BITS = 1024;

type Fields = { readonly [key: string]: Json };

/** Values that were read once and found sound; stored rows keep their identity while they are cached. */
const sound = new WeakSet<object>();

/**
 * Reads a stored profile. Fails closed when it is malformed or of another version: undefined, which scores as an agent
 * that nothing is known about. The value itself is the profile; it is checked once per identity.
 */
export function parseProfile(json: Json | undefined): Profile | undefined {
  if (!isFields(json)) return undefined;
  if (sound.has(json)) return json as unknown as Profile;
  if (!isProfile(json)) return undefined;
  sound.add(json);
  return json as unknown as Profile;
}

function isProfile(json: Fields): boolean {
  const { amount, daily, habits, known } = json;
  return (
    json['v'] === 2 &&
    isCount(json['count']) &&
    isCount(json['priced']) &&
    (json['lastMs'] === null || isNumber(json['lastMs'])) &&
    isFields(amount) &&
    isMoments(amount['quick']) &&
    isMoments(amount['slow']) &&
    isHistogram(amount['sizes']) &&
    isNumbers(amount['trail'], TRAIL_LENGTH) &&
    isMoments(json['interval']) &&
    isNumbers(json['hours'], HOURS_PER_WEEK) &&
    json['hours'].length === HOURS_PER_WEEK &&
    isFields(daily) &&
    isNumber(daily['day']) &&
    isCount(daily['days']) &&
    ['sum', 'before', 'usual', 'peak'].every((field) => isDigits(daily[field])) &&
    areWeeks(json['weeks']) &&
    isWithin(json['round'], 1) &&
    isNumbers(json['recent'], RECENT_PAYMENTS) &&
    // A stored profile has habits, an excerpt the accounts that matter: never both.
    (known === undefined
      ? isFields(habits) && soundHabits(habits as unknown as KeptHabits) !== undefined
      : habits === undefined && isKnown(known) && areFigures(json['figures']) && areNotes(json['notes']) && areGrants(json['granted']))
  );
}

function areWeeks(weeks: Json | undefined): boolean {
  return (
    Array.isArray(weeks) &&
    weeks.length <= MAX_WEEKS &&
    weeks.every(
      (week: Json) => isNumbers(week, WEEK_FIELDS) && week.length === WEEK_FIELDS && isCount(week[1]) && isWithin(week[3], MOST_BITS ** 3),
    )
  );
}

/** Absent where too little was known to compare with. */
function areFigures(figures: Json | undefined): boolean {
  if (figures === undefined) return true;
  const isKept = (entry: Json): boolean =>
    Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && unpackFigures(entry[1]) !== undefined;
  return Array.isArray(figures) && figures.every(isKept);
}

/** Absent where every payment is to somebody long known. */
function areNotes(notes: Json | undefined): boolean {
  return notes === undefined || unpackNotes(notes) !== undefined;
}

/** Absent where no rights are given away. */
function areGrants(granted: Json | undefined): boolean {
  return granted === undefined || unpackGrants(granted) !== undefined;
}

function isKnown(known: Json): boolean {
  if (!isFields(known)) return false;
  const { accounts, counts, lastMinute, firstMinute } = known;
  return (
    Array.isArray(accounts) &&
    accounts.length <= MOST.parties &&
    accounts.every((account) => typeof account === 'string') &&
    isNumbers(counts, MOST.parties) &&
    isNumbers(lastMinute, MOST.parties) &&
    counts.length === accounts.length &&
    lastMinute.length === accounts.length &&
    isNumbers(firstMinute, MOST.parties) &&
    firstMinute.length === accounts.length
  );
}

function isHistogram(value: Json | undefined): value is LogHistogram {
  return (
    isFields(value) && isNumbers(value['bins'], 64) && isNumbers(value['counts'], 64) && value['bins'].length === value['counts'].length
  );
}

function isMoments(value: Json | undefined): boolean {
  return isFields(value) && isWithin(value['mean'], MOST_BITS) && isWithin(value['variance'], MOST_BITS ** 2);
}

function isWithin(value: Json | undefined, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumbers(value: Json | undefined, most: number): value is readonly number[] {
  return Array.isArray(value) && value.length <= most && value.every(isNumber);
}

function isNumber(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isDigits(value: Json | undefined): boolean {
  return typeof value === 'string' && /^[0-9]{1,100}$/.test(value);
}
