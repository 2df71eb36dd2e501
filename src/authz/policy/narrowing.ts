import type { Reason } from '../../core/index.ts';
import { type LayerContext, reason } from '../layer.ts';

/** What the caller's own bounds say; each can only deny or escalate more. */
export function narrowingFindings({ request, exposure }: LayerContext, denials: Reason[], escalations: Reason[]): void {
  const { narrow } = request;
  if (narrow === null) return;
  const { maxAmount, allowedDestinations, requireApproval, maxFee } = narrow;
  if (maxAmount !== undefined) {
    for (const { asset, amount } of exposure.spendTotals) {
      if (amount <= maxAmount) continue;
      denials.push(
        reason('spend_exceeds_cap', 'More than the caller itself permits.', {
          rule: 'narrow.maxAmount',
          limit: maxAmount.toString(),
          requested: amount.toString(),
          unit: asset,
        }),
      );
    }
    if (exposure.allowances.some(({ amount }) => amount === 'unlimited')) {
      denials.push(
        reason('spend_exceeds_cap', 'More than the caller itself permits.', {
          rule: 'narrow.maxAmount',
          limit: maxAmount.toString(),
          requested: 'unlimited',
        }),
      );
    }
  }
  if (allowedDestinations !== undefined) {
    const receivers = [
      ...exposure.outflows.map(({ counterparty }) => counterparty),
      ...exposure.allowances.map(({ spender }) => spender),
      ...exposure.calls.map(({ contract }) => contract),
      ...exposure.powers.flatMap((power) => (power.kind === 'control' && power.to !== null ? [power.to] : [])),
    ];
    for (const receiver of receivers) {
      if (receiver !== null && allowedDestinations.includes(receiver)) continue;
      denials.push(
        reason('destination_not_allowed', 'Not a destination that the caller itself permits.', {
          rule: 'narrow.allowedDestinations',
          facts: { destination: receiver },
        }),
      );
    }
  }
  if (maxFee !== undefined && exposure.fee.amount > maxFee) {
    denials.push(
      reason('fee_exceeds_ceiling', 'The fee may be higher than the caller itself permits.', {
        rule: 'narrow.maxFee',
        limit: maxFee.toString(),
        requested: exposure.fee.amount.toString(),
        unit: exposure.fee.asset,
        retryable: true,
      }),
    );
  }
  if (requireApproval === true)
    escalations.push(reason('approval_required', 'The caller itself asks for a person.', { rule: 'narrow.requireApproval' }));
}
