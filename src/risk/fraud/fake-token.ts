import type { AssetId, Effect } from '../../core/index.ts';
import { textTraits } from '../../core/text-safety.ts';
import { plainSymbol } from '../plain-symbol.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { tokenContract } from '../token-contract.ts';
import type { PatternAnswer } from './pattern.ts';

/**
 * `fake_token`: a token that calls itself by the symbol of a listed one and is another, or that its issuer does not know. Escalates.
 *
 * In September 2018 a game on EOS took bets in a token that anybody had issued under the name of the chain's coin, and paid out real ones. Avoiding it costs
 * the attacker the name: a symbol that nobody confuses with a listed one. Which tokens are listed is told by their decimals; of the others the symbol is
 * needed, and a symbol that cannot be read scores.
 */
export function fakeToken(context: RiskContext): PatternAnswer {
  const { effects, tokenNames, decimals } = context.input;
  for (const effect of effects) {
    if (effect.kind !== 'hazard' || effect.hazard !== 'counterfeit_token') continue;
    return matchOf(effect.account, 'escalate', { symbol: null, listed: null });
  }
  let unread: AssetId | undefined;
  for (const effect of effects) {
    const asset = assetOf(effect);
    if (asset === undefined || tokenContract(asset) === null || decimals?.(asset) !== undefined) continue;
    const symbol = tokenNames?.symbolOf(asset);
    if (symbol === undefined || tokenNames === undefined) {
      unread ??= asset;
      continue;
    }
    const written = plainSymbol(symbol);
    const listed = tokenNames.listedAs(written, asset);
    const isListed = listed.includes(asset);
    if (!isListed && (listed.length > 0 || textTraits(symbol).length > 0))
      return matchOf(asset, 'escalate', { symbol: written, listed: listed[0] ?? null });
  }
  if (unread === undefined) return undefined;
  return tokenNames === undefined ? { unchecked: 'fake_token' } : matchOf(unread, 'flag', { symbol: null, listed: null });
}

function assetOf(effect: Effect): AssetId | undefined {
  return effect.kind === 'outflow' || effect.kind === 'inflow' || effect.kind === 'allowance' ? effect.asset : undefined;
}

function matchOf(
  token: string,
  action: 'escalate' | 'flag',
  facts: { readonly symbol: string | null; readonly listed: string | null },
): PatternMatch {
  return {
    id: 'fake_token',
    name: action === 'flag' ? 'Token whose name cannot be read' : 'Token that passes itself off as another',
    confidence: action === 'flag' ? 0.5 : 0.9,
    recommendedAction: action,
    evidence: { token, ...facts },
    reason: action === 'flag' ? null : 'risk_high',
  };
}
