import { createDeadlines } from '../../core/deadline.ts';
import { screeningSchema } from '../config/screening-schema.ts';
import { marketSchema } from '../market/market-schema.ts';
import { createMarketWatch } from '../market/market-watch.ts';
import { readPegs } from '../market/open-market.ts';
import type { TokenList } from '../policies/capability-facts.ts';
import { type StandAlone, standAlone } from '../policies/stand-alone-parts.ts';
import { createRisk, type RiskEngine, type RiskParts } from './risk-engine.ts';
import type { RiskEngineOptions } from './risk-engine-options.ts';
import { createListDesk } from './screening/index.ts';

/** Puts a risk engine on its own feet. */
export function openRisk(options: RiskEngineOptions, chains: TokenList, settings: RiskParts['settings']): RiskEngine {
  const parts = standAlone(options);
  const config = screeningSchema.parse(options.screening ?? {});
  const lists = createListDesk({ ...parts, chains, config });
  return createRisk({ ...parts, chains, price: options.price, market: marketOf(options, parts), lists, settings });
}

/** The market of an engine that nobody starts: looked at when something is asked. */
function marketOf({ market: given }: RiskEngineOptions, { host, store }: StandAlone): RiskParts['market'] {
  if (given === undefined) return undefined;
  const { sources, pegs, timeoutMs, maxAgeMs, refreshMs } = marketSchema.parse(given);
  const { clock } = host;
  const deadlines = createDeadlines(clock);
  const watch = createMarketWatch({ clock, deadlines, store, sources, pegs: readPegs(pegs), timeoutMs, maxAgeMs });
  let askedMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = clock.nowMs();
    if (nowMs - askedMs >= refreshMs) {
      askedMs = nowMs;
      // What could not be read is missing from what was seen.
      await watch.refresh(new AbortController().signal).catch(() => undefined);
    }
    return watch.snapshot();
  };
}
