import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { newSpenderSignal, unlimitedAllowanceSignal } from './allowance.ts';
import { amountOfLimitSignal, amountUnusualSignal } from './amount.ts';
import { blacklistSignal } from './blacklist.ts';
import { confidenceSignal } from './confidence.ts';
import { controlSignal } from './control.ts';
import { feeShareSignal } from './fee-share.ts';
import { lookalikeSignal } from './lookalike.ts';
import { marketMissingSignal, priceImpactSignal, volatilitySignal } from './market.ts';
import { amountUnpricedSignal, profileMissingSignal } from './missing-inputs.ts';
import { newDestinationSignal } from './new-destination.ts';
import { unknownEffectsSignal } from './unknown-effects.ts';
import { unlikeHabitsSignal } from './unlike-habits.ts';
import { unusualHourSignal } from './unusual-hour.ts';

/** One signal: a factor, or nothing. Pure. */
export type Signal = (context: RiskContext) => RiskFactor | undefined;

/** All signals. */
export const SIGNALS: readonly Signal[] = [
  blacklistSignal,
  lookalikeSignal,
  newDestinationSignal,
  unlimitedAllowanceSignal,
  newSpenderSignal,
  controlSignal,
  unknownEffectsSignal,
  amountOfLimitSignal,
  amountUnpricedSignal,
  feeShareSignal,
  amountUnusualSignal,
  profileMissingSignal,
  unusualHourSignal,
  unlikeHabitsSignal,
  confidenceSignal,
  marketMissingSignal,
  volatilitySignal,
  priceImpactSignal,
];
