import { z } from 'zod';
import { assetChain, nativeAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { TON_MAINNET } from '../../core/chain-id.ts';
import { CastellanError } from '../../core/errors.ts';
import type { PriceSource } from '../../core/price.ts';
import { describeIssues } from '../../core/schema.ts';
import { type StandAloneOptions, standAlone } from '../policies/stand-alone.ts';
import { createRisk, type RiskEngine } from './risk-engine.ts';

/** TON’s own coin: what amounts are of where nothing else is said. */
const TONCOIN: Token = Object.freeze({ asset: nativeAssetId(TON_MAINNET), symbol: 'TON', decimals: 9 });

const settingsSchema = z
  .object({
    enabled: z.literal(true, 'an engine that is off would call everything harmless').default(true),
    fraudDetectionEnabled: z.literal(true, 'patterns that are off would match nothing').default(true),
    maxRiskScore: z.number().min(0).max(100).default(80),
    anomalyThreshold: z.number().positive().max(100).default(3),
    weights: z
      .strictObject({ transaction: z.number().min(0), behavioral: z.number().min(0), market: z.number().min(0) })
      .default({ transaction: 0.4, behavioral: 0.3, market: 0.3 }),
  })
  .loose();

/** What a risk engine that stands alone is made of. */
export interface RiskEngineOptions extends StandAloneOptions {
  readonly enabled?: boolean;
  readonly fraudDetectionEnabled?: boolean;
  /** 0–100; above it `isBlocked` is true. Default: 80. */
  readonly maxRiskScore?: number;
  /** Standard deviations. Default: 3. */
  readonly anomalyThreshold?: number;
  readonly weights?: { readonly transaction: number; readonly behavioral: number; readonly market: number };
  /** What symbols mean, and which chains addresses are of. Default: the coin of TON's main network alone. */
  readonly tokens?: readonly Token[];
  readonly price?: PriceSource;
}

const FIELDS: ReadonlySet<string> = new Set([
  ...['enabled', 'fraudDetectionEnabled', 'maxRiskScore', 'anomalyThreshold', 'weights'],
  ...['tokens', 'price', 'store', 'clock', 'random', 'tenant', 'registry'],
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
  const tokens = options.tokens ?? [TONCOIN];
  const ids = [...new Set(tokens.map(({ asset }) => assetChain(asset)))];
  return createRisk({
    ...standAlone(options),
    chains: { ids, tokens: (chain) => tokens.filter(({ asset }) => assetChain(asset) === chain) },
    price: options.price,
    settings: { maxRiskScore, anomalyThreshold, weights },
  });
}
