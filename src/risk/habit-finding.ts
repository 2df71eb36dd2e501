import { HABIT_MODEL_VERSION } from './model/habit-model.ts';
import { scoreByModel } from './model/other-model.ts';
import type { HabitFinding } from './risk-assessment.ts';
import type { RiskContext } from './risk-context.ts';
import { ALARM_GOOD_IN_1000 } from './thresholds/index.ts';

/** What the model of habits said, as a decision keeps it. */
export function habitFinding({ unlike, rate, input }: RiskContext): HabitFinding | undefined {
  if (unlike === undefined || rate === undefined) return undefined;
  return {
    model: HABIT_MODEL_VERSION,
    odds: rounded(unlike.odds),
    goodIn1000: rounded(unlike.goodIn1000),
    ownIn1000: rounded(rate.goodIn1000),
    alarm: rate.isAlarm,
    ...(rate.isFatigued ? { fatigue: true as const } : {}),
    ...shadowOf(input.shadowModel, unlike.figures),
  };
}

function shadowOf(model: RiskContext['input']['shadowModel'], figures: Float32Array): Pick<HabitFinding, 'shadow'> {
  if (model === undefined) return {};
  const { odds, goodIn1000 } = scoreByModel(model, figures);
  return { shadow: { model: model.version, odds: rounded(odds), alarm: !(goodIn1000 > ALARM_GOOD_IN_1000) } };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
