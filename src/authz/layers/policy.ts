import type { LayerOutcome, Reason } from '../../core/index.ts';
import type { Valuation } from '../judge-memo.ts';
import { type Layer, type LayerContext, reason } from '../layer.ts';
import { withValuation } from '../limits/valuation.ts';
import { operationFindings } from '../policy/bounds/operation-findings.ts';
import { returnFindings } from '../policy/bounds/returns.ts';
import { settleSlippage, slippageReason, type TradeWorth, withTrades } from '../policy/bounds/slippage.ts';
import { callCapability, effectCapabilities } from '../policy/items/items.ts';
import { typeCovers } from '../policy/language/declared-type.ts';
import { narrowingFindings } from '../policy/narrowing.ts';
import { pinFindings } from '../policy/rules/pins.ts';
import { ruleFindings } from '../rule-findings.ts';
import { type OutsideFigures, withOutsideFigures } from '../temporal/ask-event-store.ts';
import { settleTemporal, temporalFindings } from '../temporal/temporal-findings.ts';
import { treeFindings } from '../tree/tree-findings.ts';

/** Reasons told; one denies, and a batch can hold hundreds. */
const MAX_TOLD = 16;

/**
 * Layer 4: the decoded effects against the compiled rules. Deny over escalate over allow; what no rule allows is denied, and
 * a transaction without any effect that a rule could allow is denied too.
 */
export const policyLayer: Layer = Object.freeze({
  name: 'policy',
  judge: (context) =>
    withOutsideFigures(context, (outside) =>
      withTrades(context, context.policy.maxSlippage === null ? [] : ['trading'], (trades) =>
        context.policy.readsValue
          ? withValuation(context, (valuation) => judgePolicy(context, valuation, trades, outside))
          : judgePolicy(context, undefined, trades, outside),
      ),
    ) as LayerOutcome | Promise<LayerOutcome>,
} satisfies Layer);

function judgePolicy(
  context: LayerContext,
  valuation: Valuation | undefined,
  trades: TradeWorth | null,
  outside: OutsideFigures,
): LayerOutcome {
  const { policy } = context;
  const denials: Reason[] = [];
  const escalations: Reason[] = [];
  const unenforced: string[] = [];
  checkTerms(context, denials);
  checkCapabilities(context, denials);
  settleSlippage(context, slippageReason(trades, policy.maxSlippage, 'trading.maxSlippage'), denials, unenforced);
  for (const found of [ruleFindings(context, valuation), treeFindings(context, valuation)]) {
    denials.push(...found.denials);
    escalations.push(...found.escalations);
  }
  pinFindings(context, denials);
  returnFindings(context, denials);
  narrowingFindings(context, denials, escalations);
  const temporal = temporalFindings(context, outside);
  context.output.temporal = temporal;
  const told = (reasons: Reason[]): Reason[] => (reasons.length > MAX_TOLD ? reasons.slice(0, MAX_TOLD) : reasons);
  const outcome = settleTemporal(temporal, told(denials), told(escalations));
  return { ...outcome, ...(unenforced.length === 0 ? {} : { unenforced }) };
}

/** Chain, wallet and fee: terms of the transaction itself. */
function checkTerms({ request, tx, exposure, policy }: LayerContext, denials: Reason[]): void {
  if (tx.chain !== request.chain)
    denials.push(
      reason('chain_id_mismatch', 'The transaction is for another chain than the request.', {
        facts: { request: request.chain, transaction: tx.chain },
      }),
    );
  if (tx.wallet !== request.wallet)
    denials.push(reason('agent_not_wallet_owner', 'The transaction is another wallet’s.', { facts: { wallet: tx.wallet } }));
  const { asset, amount } = exposure.fee;
  for (const [rule, most] of [
    ['request.maxFee', request.feeCeiling],
    ['maxFee', policy.maxFee],
  ] as const) {
    if (most === null || amount <= most) continue;
    denials.push(
      reason('fee_exceeds_ceiling', 'The fee may be higher than its ceiling.', {
        rule,
        limit: most.toString(),
        requested: amount.toString(),
        unit: asset,
        retryable: true,
      }),
    );
  }
}

function checkCapabilities(context: LayerContext, denials: Reason[]): void {
  const { exposure, policy, nowMs, request } = context;
  for (const capability of effectCapabilities(exposure, policy, nowMs)) {
    if (!typeCovers(request.type, capability)) {
      denials.push(
        reason('capability_mismatch', 'The effects are of another kind than the declared type.', {
          facts: { type: request.type, capability },
        }),
      );
    }
    denials.push(...operationFindings(context, capability, (call) => callCapability(policy, call, nowMs)));
  }
}
