import type { Layer } from '../layer.ts';
import { anomalyLayer } from './anomaly.ts';
import { intentLayer } from './intent.ts';
import { limitsLayer } from './limits.ts';
import { policyLayer } from './policy.ts';
import { rateLimitLayer } from './rate-limit.ts';
import { riskLayer } from './risk.ts';
import { simulationLayer } from './simulation.ts';
import { strategyLayer } from './strategy.ts';

/** The eight judges, in their order. */
export const STANDARD_LAYERS: readonly Layer[] = Object.freeze([
  intentLayer,
  strategyLayer,
  riskLayer,
  policyLayer,
  limitsLayer,
  rateLimitLayer,
  anomalyLayer,
  simulationLayer,
]);
