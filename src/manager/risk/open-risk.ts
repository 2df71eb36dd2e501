import type { TokenList } from '../policies/capability-facts.ts';
import { standAlone } from '../policies/stand-alone-parts.ts';
import { createRisk, type RiskEngine, type RiskParts } from './risk-engine.ts';
import type { RiskEngineOptions } from './risk-engine-options.ts';

/** Puts a risk engine on its own feet. */
export function openRisk(options: RiskEngineOptions, chains: TokenList, settings: RiskParts['settings']): RiskEngine {
  return createRisk({ ...standAlone(options), chains, price: options.price, settings });
}
