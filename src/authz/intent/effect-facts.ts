import { type AssetId, assetChain, type Capability, type ChainId, type Token } from '../../core/index.ts';
import type { OpaqueCall } from '../exposure.ts';
import type { LayerContext } from '../layer.ts';
import { callCapability } from '../policy/items/items.ts';
import type { ActionFacts } from './compare-intent.ts';
import type { IntentAction } from './lexicon.ts';

/** Tokens of one chain. */
export interface Symbols {
  /** Symbols as people write them, in capitals. */
  readonly known: ReadonlySet<string>;
  readonly byAsset: ReadonlyMap<AssetId, { readonly symbol: string; readonly decimals: number }>;
}

/** Of the token lists that judgements are made with; they change rarely. */
const kept = new WeakMap<readonly Token[], Map<ChainId, Symbols>>();

/** The symbols of a chain's tokens; one list is gone through once. */
export function symbolsOf(tokens: readonly Token[], chain: ChainId): Symbols {
  const chains = kept.get(tokens) ?? new Map<ChainId, Symbols>();
  kept.set(tokens, chains);
  const known = chains.get(chain);
  if (known !== undefined) return known;
  const byAsset = new Map(
    tokens
      .filter(({ asset }) => assetChain(asset) === chain)
      .map(({ asset, symbol, decimals }) => [asset, { symbol: symbol.toUpperCase(), decimals }]),
  );
  const made: Symbols = { byAsset, known: new Set([...byAsset.values()].map(({ symbol }) => symbol)) };
  chains.set(chain, made);
  return made;
}

/** What the effects under judgement come to, in the terms of an intent. Assets that the token list does not hold are left out. */
export function effectFacts(context: LayerContext, { byAsset }: Symbols): ActionFacts {
  const { exposure, request, policy, nowMs } = context;
  const actions = new Set<IntentAction>();
  let isOpaque = false;
  for (const call of exposure.calls) {
    const action = actionOf(callCapability(policy, call, nowMs), call);
    if (action === null) isOpaque = true;
    else actions.add(action);
  }
  if (exposure.outflows.some(({ call, amount }) => call === null && amount > 0n)) actions.add('transfer');
  if (exposure.allowances.some(({ amount }) => amount !== 0n)) actions.add('approve');
  const assets = new Map<string, 'in' | 'out'>();
  for (const effect of context.effects) {
    if (effect.kind !== 'inflow' || effect.account !== request.wallet) continue;
    const symbol = byAsset.get(effect.asset)?.symbol;
    if (symbol !== undefined) assets.set(symbol, 'in');
  }
  const amounts: ActionFacts['amounts'][number][] = [];
  for (const { asset, amount } of exposure.spendTotals) {
    const token = byAsset.get(asset);
    if (token === undefined || amount === 0n) continue;
    assets.set(token.symbol, 'out');
    amounts.push({ amount: { digits: amount, scale: token.decimals }, symbol: token.symbol });
  }
  return {
    actions: [...actions],
    isOpaque: isOpaque || exposure.calls.length > 0,
    direction: null,
    products: [],
    assets: [...assets].map(([symbol, side]) => ({ symbol, side })),
    amounts,
    parties: [],
  };
}

/** What a call is for, where its decoder tells; null where only a simulation can fathom it. */
function actionOf(capability: Capability, { operation }: OpaqueCall): IntentAction | null {
  if (operation === 'borrow' || operation === 'stake' || operation === 'unstake') return operation;
  if (capability === 'trading') return 'trade';
  return capability === 'governance' ? 'vote' : null;
}
