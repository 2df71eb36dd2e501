import type { Token } from '../../core/chain-adapter.ts';
import type { PriceSource } from '../../core/price.ts';
import type { MarketOptions } from '../market/market-schema.ts';
import type { StandAloneOptions } from '../policies/stand-alone-options.ts';
import type { ScreeningConfig } from './screening/index.ts';

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
  /** Lists of accounts that are screened by, as `risk.screening` of a manager. */
  readonly screening?: Partial<ScreeningConfig>;
  /** Where market data comes from; read when a question is asked, at most every `refreshMs`. Without it the market is missing. */
  readonly market?: Omit<MarketOptions, 'asPrices'>;
}
