import { z } from 'zod';
import { CastellanError } from '../../core/errors.ts';
import { describeIssues, lazySchema } from '../../core/schema.ts';
import { screeningSchema } from '../config/screening-schema.ts';
import { marketSchema } from '../market/market-schema.ts';
import { once } from '../stand-alone/once.ts';
import { TONCOIN, tokenListOf } from '../stand-alone/token-list.ts';
import type { RiskEngine } from './risk-engine.ts';
import type { RiskEngineOptions } from './risk-engine-options.ts';
import { createRiskFace } from './risk-face.ts';

const settingsSchema = lazySchema(() =>
  z
    .object({
      enabled: z.literal(true, 'an engine that is off would call everything harmless').default(true),
      fraudDetectionEnabled: z.literal(true, 'patterns that are off would match nothing').default(true),
      maxRiskScore: z.number().min(0).max(100).default(80),
      anomalyThreshold: z.number().positive().max(100).default(3),
      market: marketSchema.optional(),
      screening: screeningSchema.optional(),
      weights: z
        .strictObject({ transaction: z.number().min(0), behavioral: z.number().min(0), market: z.number().min(0) })
        .default({ transaction: 0.4, behavioral: 0.3, market: 0.3 }),
    })
    .loose(),
);

const FIELDS: ReadonlySet<string> = new Set([
  ...['enabled', 'fraudDetectionEnabled', 'maxRiskScore', 'anomalyThreshold', 'weights'],
  ...['tokens', 'price', 'market', 'screening', 'store', 'clock', 'random', 'tenant', 'registry'],
]);

/**
 * Creates a risk engine without a gate: each question brings its history, and the block list is kept in the engine's store.
 * With a manager's own store, what is listed here is what that manager denies.
 *
 * @param options - scores from 0 to 100, thresholds in standard deviations
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * ```ts
 * import { createRiskEngine } from 'castellan';
 *
 * const risk = createRiskEngine({ maxRiskScore: 80, anomalyThreshold: 2 });
 * const thief = '0:' + '11'.repeat(32);
 * await risk.addToBlacklist(thief, { reason: 'drained a wallet', source: 'incident 7', severity: 'high' });
 * console.log(await risk.isBlacklisted(thief)); // true
 * const { isBlocked } = await risk.assessTransaction({ to: thief, amount: '1', asset: 'TON' }, []);
 * console.log(isBlocked); // true
 * ```
 */
export function createRiskEngine(options: RiskEngineOptions = {}): RiskEngine {
  const parsed = settingsSchema.safeParse(options);
  const unknown = Object.keys(options).filter((field) => !FIELDS.has(field));
  const problems = [...(parsed.success ? [] : describeIssues(parsed.error)), ...unknown.map((field) => `${field}: unknown field`)];
  if (!parsed.success || problems.length > 0)
    throw new CastellanError('CONFIG_INVALID', {
      message: `The configuration has ${problems.length} wrong field(s): ${problems.join('; ')}`,
      details: { problems },
    });
  const { maxRiskScore, anomalyThreshold, weights } = parsed.data;
  const chains = tokenListOf([...(options.tokens ?? [TONCOIN])]);
  const given = { ...options };
  const opened = once(async () => (await import('./open-risk.ts')).openRisk(given, chains, { maxRiskScore, anomalyThreshold, weights }));
  return createRiskFace(async (work) => work(await opened()));
}
