import { rarityOf } from '../model/habit-model.ts';
import { LEVELS, levelOf, oddsOf, PERSONAL_FROM, reached, type ScoreRecord } from './score-record.ts';

/** Good actions in 1,000 at most that score as high as what is alarmed. */
export const ALARM_GOOD_IN_1000 = 4;
/** An agent's own rate is at most so many times that of the training wallets: no record makes the gate less sensitive than that. */
export const LEAST_SENSITIVE = 2;
/** And at least this part of it. */
export const MOST_SENSITIVE = 30;
/** Alarms of an agent within a day that ask for no more evidence. */
export const ALARMS_PER_DAY = 5;

/** Actions that what is known beforehand weighs as many as. */
const PRIOR_ACTIONS = 150;
/** What an agent did not show yet counts as so many times as likely: actions of one time resemble each other more than those to come. */
const UNSEEN = 1.8;
/** By how much rarer, in the logarithm, a score is for each step of the odds' logarithm above the agent's usual ones. */
const DECAY = 1.1;
/** A tenth of an agent's actions reach its usual level. */
const USUAL_IN_1000 = 100;

/** How rare a score is for one agent, and whether it is alarmed. */
export interface PersonalRate {
  /** Of 1,000 good actions of this agent, how many score as high. */
  readonly goodIn1000: number;
  readonly isAlarm: boolean;
  /** True where only the alarms of the last day keep it from being one. */
  readonly isFatigued: boolean;
}

/**
 * How rare a score is for an agent: its own count, and what is known beforehand weighing as {@link PRIOR_ACTIONS} actions. That is the rate of the training
 * wallets, or the lower one of scores so far above the agent's usual level. Between 1/{@link MOST_SENSITIVE} of the training rate and
 * {@link LEAST_SENSITIVE} times it, whatever the record says. Falls with the odds. O(levels).
 *
 * @param odds - the model's score
 * @param record - of the agent; undefined, of another model or too short: the training rate
 * @param alarms - of this agent in the last 24 hours. Beyond {@link ALARMS_PER_DAY} each doubles the rate, up to the training rate and never above
 */
export function personalRate(odds: number, record: ScoreRecord | undefined, model: string, alarms = 0): PersonalRate {
  const trained = rarityOf(odds);
  const own = ownRate(odds, trained, record, model);
  const tired = Math.max(own, Math.min(trained, own * 2 ** Math.max(0, alarms - ALARMS_PER_DAY)));
  // What is no number is as rare as can be.
  const isAlarm = !(tired > ALARM_GOOD_IN_1000);
  return { goodIn1000: tired, isAlarm, isFatigued: !isAlarm && own <= ALARM_GOOD_IN_1000 };
}

/** The least score that is alarmed for an agent, to a hundredth. */
export function thresholdOf(record: ScoreRecord | undefined, model: string, alarms = 0): number {
  let [low, high] = [oddsOf(0), oddsOf(LEVELS)];
  while (high - low > 0.005) {
    const middle = (low + high) / 2;
    if (personalRate(middle, record, model, alarms).isAlarm) high = middle;
    else low = middle;
  }
  return Math.round(high * 100) / 100;
}

function ownRate(odds: number, trained: number, record: ScoreRecord | undefined, model: string): number {
  if (record === undefined || record.model !== model) return trained;
  const lean = 2 ** -record.lean;
  const isPersonal = record.count >= PERSONAL_FROM && record.usual !== null;
  const rate = lean * (isPersonal ? UNSEEN * blended(odds, trained, record) : trained);
  return Math.min(LEAST_SENSITIVE * trained, Math.max(trained / MOST_SENSITIVE, rate));
}

/** An action counts at scores up to its own level alone: what was let pass teaches nothing of what scores higher. */
function blended(odds: number, trained: number, record: ScoreRecord): number {
  const beyond = Math.max(0, odds - (record.usual ?? odds));
  const before = Math.min(trained, USUAL_IN_1000 * Math.exp(-DECAY * beyond));
  const level = levelOf(odds);
  const above = oddsOf(level) < odds ? level + 1 : Math.max(0, level);
  return (PRIOR_ACTIONS * before + 1_000 * reached(record, above)) / (PRIOR_ACTIONS + record.count);
}
