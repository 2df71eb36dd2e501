import type { Effect } from '../../core/index.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import type { QuoteFacts } from '../risk-facts.ts';
import type { PatternAnswer } from './pattern.ts';

const WHOLE = 10_000n;
/** Basis points that a trade may lose against the quote: what is worth a look, and what a person should see. */
const ALERTED = 300;
const ESCALATED = 1_000;

/**
 * `sandwich_exposure`: a trade that may bring far less than the market gives, so that whoever orders transactions can buy before it and sell after it, and
 * keep the difference. Alerts from 3 %, escalates from 10 %, and where next to nothing is demanded.
 *
 * In March 2025 a trade of about 220,000 USDC in a pool of stablecoins brought about 5,300 USDT; the rest went to a sandwich. Avoiding it costs nobody
 * anything: it is carelessness, or an agent that was told to demand nothing. Without a quote only that can be seen; the pattern is otherwise unchecked.
 */
export function sandwichExposure(context: RiskContext): PatternAnswer {
  const { effects, quotes } = context.input;
  const bought = effects.filter((effect) => isBought(effect, context.input.wallet));
  let worst: PatternMatch | undefined;
  for (const quote of quotes ?? []) {
    const loss = lossOf(quote, bought);
    if (loss < ALERTED || loss <= Number(worst?.evidence['lossBasisPoints'] ?? 0)) continue;
    worst = matchOf(loss >= ESCALATED, { asset: quote.asset, quoted: String(quote.amount), lossBasisPoints: loss });
  }
  if (worst !== undefined || !effects.some(isTrade)) return worst;
  const nothing = bought.find((effect) => 'amount' in effect && (effect.amount as bigint) <= 1n);
  if (nothing !== undefined)
    return matchOf(true, { asset: 'asset' in nothing ? nothing.asset : null, quoted: null, lossBasisPoints: null });
  return quotes === undefined || quotes.length === 0 ? { unchecked: 'sandwich_exposure' } : undefined;
}

function isTrade(effect: Effect): boolean {
  return effect.kind === 'call' && effect.operation === 'swap';
}

/** What the bytes demand, not what a simulation brings: in between others may act. */
function isBought(effect: Effect, wallet: string): boolean {
  return effect.kind === 'inflow' && effect.source === 'bytes' && effect.account === wallet;
}

/** Basis points of the quote that are not demanded; a quote of nothing has none to lose. */
function lossOf({ asset, amount }: QuoteFacts, bought: readonly Effect[]): number {
  if (amount <= 0n) return 0;
  let demanded = 0n;
  for (const effect of bought) if (effect.kind === 'inflow' && effect.asset === asset) demanded += effect.amount;
  return demanded >= amount ? 0 : Number(((amount - demanded) * WHOLE) / amount);
}

function matchOf(isEscalated: boolean, evidence: PatternMatch['evidence']): PatternMatch {
  return {
    id: 'sandwich_exposure',
    name: 'Trade that may bring far too little',
    confidence: isEscalated ? 0.9 : 0.5,
    recommendedAction: isEscalated ? 'escalate' : 'alert',
    evidence,
    reason: isEscalated ? 'risk_high' : null,
  };
}
