import { approvalPhishing } from './approval-phishing.ts';
import { authorizationProbing } from './authorization-probing.ts';
import { consolidationExit } from './consolidation-exit.ts';
import { dustBait } from './dust-bait.ts';
import { fakeToken } from './fake-token.ts';
import { fanOut } from './fan-out.ts';
import { fleetCoordination } from './fleet-coordination.ts';
import { gradualIncrease } from './gradual-increase.ts';
import { lookalikeDestination } from './lookalike-destination.ts';
import { mimickedComment } from './mimicked-comment.ts';
import { newDestLarge } from './new-dest-large.ts';
import { outflowDrift } from './outflow-drift.ts';
import type { Pattern } from './pattern.ts';
import { rapidDrain } from './rapid-drain.ts';
import { roundNumbers } from './round-numbers.ts';
import { sandwichExposure } from './sandwich-exposure.ts';
import { structuring } from './structuring.ts';
import { timingAttack } from './timing-attack.ts';

/** All patterns. */
export const PATTERNS: readonly Pattern[] = [
  lookalikeDestination,
  rapidDrain,
  outflowDrift,
  newDestLarge,
  roundNumbers,
  timingAttack,
  gradualIncrease,
  structuring,
  dustBait,
  approvalPhishing,
  fanOut,
  consolidationExit,
  authorizationProbing,
  sandwichExposure,
  fakeToken,
  mimickedComment,
  fleetCoordination,
];
