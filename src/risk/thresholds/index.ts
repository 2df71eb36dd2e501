export { learnScore, RISE_PER_DAY, type ScoreLesson, unlearnScore, WORDS_PER_DAY } from './learn-score.ts';
export { parseScoreRecord } from './parse-score-record.ts';
export {
  ALARM_GOOD_IN_1000,
  ALARMS_PER_DAY,
  LEAST_SENSITIVE,
  MOST_SENSITIVE,
  type PersonalRate,
  personalRate,
  thresholdOf,
} from './personal-rate.ts';
export { emptyScoreRecord, MOST_LEAN, PERSONAL_FROM, type ScoreRecord } from './score-record.ts';
