import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const FROM_PERMILLE = 100n;
const POINTS_AT_ALL = 40;

/** The most that fees may cost is a tenth or more of fee and payment together, where both are in one asset. */
export function feeShareSignal(context: RiskContext): RiskFactor | undefined {
  const { effects, wallet } = context.input;
  for (const fee of effects) {
    if (fee.kind !== 'fee' || fee.account !== wallet || fee.max <= 0n) continue;
    let paid = 0n;
    for (const effect of effects) if (effect.kind === 'outflow' && effect.asset === fee.asset) paid += effect.amount;
    if (paid === 0n) continue;
    const permille = (fee.max * 1000n) / (fee.max + paid);
    if (permille < FROM_PERMILLE) continue;
    const percent = Number(permille) / 10;
    return {
      id: 'fee_share',
      component: 'transaction',
      points: (POINTS_AT_ALL * percent) / 100,
      detail: `Fees may take ${percent} % of what leaves the wallet.`,
      reason: null,
    };
  }
  return undefined;
}
