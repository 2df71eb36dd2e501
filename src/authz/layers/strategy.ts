import type { LayerOutcome, Reason } from '../../core/index.ts';
import { askValidator } from '../ask-validator.ts';
import type { Valuation } from '../judge-memo.ts';
import { type Layer, type LayerContext, reason, settleFindings } from '../layer.ts';
import { withValuation } from '../limits/valuation.ts';
import { settleSlippage, slippageReason, withTrades } from '../policy/bounds/slippage.ts';
import type { CompiledStrategy } from '../policy/index.ts';
import { effectCapabilities } from '../policy/items/items.ts';

/** A strategy that bounds slippage holds calls to it of which nobody knows what they are for. */
const BOUNDED = ['trading', 'contracts'] as const;
const CODES = { rejected: 'strategy_validator_rejected', unsure: 'confidence_too_low' } as const;

/**
 * Layer 2: the effects against the bounds of the strategy that the request names. A name that nobody registered asks a
 * person; confidence below the minimum does too, and none at all where a minimum is set. High confidence loosens nothing.
 */
export const strategyLayer: Layer = Object.freeze({
  name: 'strategy',
  judge(context) {
    const { request, settings, policy } = context;
    const denials: Reason[] = [];
    const escalations: Reason[] = [];
    const unenforced: string[] = [];
    const { confidence, strategy: name } = request.context;
    if (!((confidence ?? 0) >= settings.minConfidence)) {
      escalations.push(
        reason('confidence_too_low', 'The agent is less sure than the configured minimum.', {
          rule: 'minConfidence',
          limit: String(settings.minConfidence),
          requested: String(confidence ?? 0),
        }),
      );
    }
    const strategy = name === undefined ? undefined : policy.strategies.get(name);
    if (name !== undefined && strategy === undefined)
      escalations.push(reason('strategy_unregistered', 'The strategy is not registered.', { facts: { strategy: name } }));
    const settle = (): LayerOutcome => {
      const outcome = settleFindings(denials, escalations);
      return unenforced.length === 0 ? outcome : { ...outcome, unenforced };
    };
    const finish = (): LayerOutcome | Promise<LayerOutcome> =>
      settings.strategyValidator === undefined ? settle() : validated(context, denials, escalations, settle);
    if (strategy === undefined) return finish();
    checkEffects(context, strategy, denials);
    const { maxAmountPerTrade, maxSlippage } = strategy;
    return withTrades(context, maxSlippage === null ? [] : BOUNDED, (trades) => {
      settleSlippage(context, slippageReason(trades, maxSlippage, `strategy.${strategy.id}.maxSlippage`), denials, unenforced);
      if (maxAmountPerTrade === null) return finish();
      return withValuation(context, (valuation) => {
        checkAmount(strategy, maxAmountPerTrade, context, valuation, denials);
        return finish();
      });
    }) as LayerOutcome | Promise<LayerOutcome>;
  },
} satisfies Layer);

function checkEffects(context: LayerContext, strategy: CompiledStrategy, denials: Reason[]): void {
  const { exposure, policy, nowMs } = context;
  const rule = strategy.id;
  const { capabilities, assets, protocols, protocolNames } = strategy;
  if (capabilities !== null) {
    for (const capability of effectCapabilities(exposure, policy, nowMs)) {
      if (!capabilities.has(capability))
        denials.push(reason('strategy_operation_not_allowed', 'The strategy does not do this.', { rule, facts: { capability } }));
    }
  }
  if (assets !== null) {
    for (const { asset } of exposure.outflows)
      if (!assets.has(asset))
        denials.push(reason('strategy_asset_not_allowed', 'The strategy does not spend this asset.', { rule, facts: { asset } }));
    for (const { asset } of exposure.allowances)
      if (!assets.has(asset))
        denials.push(reason('strategy_asset_not_allowed', 'The strategy does not approve this asset.', { rule, facts: { asset } }));
  }
  if (protocols !== null) {
    for (const { contract, protocol } of exposure.calls) {
      const isNamed = (contract !== null && protocols.has(contract)) || (protocol !== null && protocolNames.has(protocol));
      if (!isNamed)
        denials.push(reason('strategy_protocol_not_allowed', 'The strategy does not call this contract.', { rule, facts: { contract } }));
    }
    for (const { spender } of exposure.allowances)
      if (!protocols.has(spender))
        denials.push(reason('strategy_protocol_not_allowed', 'The strategy does not approve this spender.', { rule, facts: { spender } }));
  }
}

function checkAmount(strategy: CompiledStrategy, most: bigint, { policy }: LayerContext, { spend }: Valuation, denials: Reason[]): void {
  if (spend !== null && spend <= most) return;
  denials.push(
    reason('strategy_amount_exceeded', 'The strategy does not move this much at once.', {
      rule: strategy.id,
      limit: most.toString(),
      requested: spend === null ? 'unknown' : spend.toString(),
      unit: policy.unit.id,
    }),
  );
}

async function validated(
  context: LayerContext,
  denials: Reason[],
  escalations: Reason[],
  settle: () => LayerOutcome,
): Promise<LayerOutcome> {
  const { strategyValidator } = context.settings;
  if (strategyValidator !== undefined) {
    const found = await askValidator(strategyValidator, context, CODES);
    denials.push(...found.denials);
    escalations.push(...found.escalations);
  }
  return settle();
}
