import { GAUGES } from '../habits/gauges/index.ts';
import { partsOfOdds } from './habit-model.ts';

/** What gauges are about, in words: the first whose pattern fits the gauge's name. */
const ABOUT: readonly (readonly [RegExp, string])[] = [
  [/^likeness/, 'the address resembles one that was paid before'],
  [/^(party_bait|party_sent_above|party_last_received|party_received)$/, 'what the account itself sent before'],
  [/^(new_party|party_|parties$|token_seen|spender_seen)/, 'how little is known of whom it deals with'],
  [/^(above_party|rising_to_party|above_last_to_party|to_party)/, 'how much goes to this account, and how often'],
  [/^(digits|amount_again)/, 'how the amount is written'],
  [/^(asset|way)_(count|since|new_count|new_share|variance)$|^(asset_received|assets)$/, 'how seldom the asset moves in this way'],
  [/^(asset|way)_new_/, 'how much goes to somebody new'],
  [/^(asset|way)_/, 'the amount'],
  [/^(above_arrival|since_arrival|arrivals_in_day|since_any_arrival)$/, 'what came in just before'],
  [/hour|^day_share$/, 'the hour or the day'],
  [/^(day_|hour_)?.*sum_above$|^day_above/, 'how much leaves in one day'],
  [/^(gap|since_|in_|usual_gap)/, 'how quickly actions follow each other'],
  [/^(new_|actions_since_new)/, 'how many new accounts come in a row'],
  [/^(is_|kind_|method_|allowance)/, 'the kind of action'],
  [/^(actions|life)$/, 'how short the past of the wallet is'],
];
const OTHER = 'what else it does';
const MOST = 3;

/** The three strongest reasons why an action is unlike its wallet's habits, in words, strongest first. What gauges about one thing added is taken together. */
export function whatIsUnlike(figures: Float32Array): readonly string[] {
  about ??= GAUGES.map(({ name }) => aboutGauge(name));
  const sums = new Map<string, number>();
  for (const [at, part] of partsOfOdds(figures).entries()) {
    if (part <= 0) continue;
    const what = about[at] ?? OTHER;
    sums.set(what, (sums.get(what) ?? 0) + part);
  }
  return [...sums]
    .sort((left, right) => right[1] - left[1])
    .slice(0, MOST)
    .map(([what]) => what);
}

/** Of each of the gauges, found once. */
let about: readonly string[] | undefined;

/** What a gauge is about. */
export function aboutGauge(gauge: string): string {
  return ABOUT.find(([pattern]) => pattern.test(gauge))?.[1] ?? OTHER;
}
