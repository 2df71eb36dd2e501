import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { newSpenderSignal, unlimitedAllowanceSignal } from './allowance.ts';
import { amountOfLimitSignal, amountUnusualSignal } from './amount.ts';
import { blacklistSignal } from './blacklist.ts';
import { confidenceSignal } from './confidence.ts';
import { controlSignal } from './control.ts';
import { depegSignal, pegUnknownSignal } from './depeg.ts';
import { feeShareSignal } from './fee-share.ts';
import { feeUnknownSignal, gasSpikeSignal } from './gas-spike.ts';
import { liquiditySignal, liquidityUnknownSignal } from './liquidity.ts';
import { lookalikeSignal } from './lookalike.ts';
import { marketDivergenceSignal } from './market-divergence.ts';
import { marketMissingSignal, marketStaleSignal } from './market-missing.ts';
import { amountUnpricedSignal, profileMissingSignal } from './missing-inputs.ts';
import { newDestinationSignal } from './new-destination.ts';
import { priceImpactSignal, priceImpactUnknownSignal } from './price-impact.ts';
import { doubtfulListingSignal, listedNeighbourSignal, listsLackingSignal } from './screening.ts';
import { unknownEffectsSignal } from './unknown-effects.ts';
import { unlikeHabitsSignal } from './unlike-habits.ts';
import { unusualHourSignal } from './unusual-hour.ts';
import { volatilityColdSignal, volatilitySignal } from './volatility.ts';

/** One signal: a factor, or nothing. Pure. */
export type Signal = (context: RiskContext) => RiskFactor | undefined;

/** All signals. */
export const SIGNALS: readonly Signal[] = [
  blacklistSignal,
  doubtfulListingSignal,
  listedNeighbourSignal,
  listsLackingSignal,
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
  marketStaleSignal,
  volatilitySignal,
  volatilityColdSignal,
  priceImpactSignal,
  priceImpactUnknownSignal,
  liquiditySignal,
  liquidityUnknownSignal,
  depegSignal,
  pegUnknownSignal,
  marketDivergenceSignal,
  gasSpikeSignal,
  feeUnknownSignal,
];
