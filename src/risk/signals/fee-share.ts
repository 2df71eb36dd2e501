import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const FROM_PERMILLE = 100n;
const POINTS_AT_ALL = 40;

/** The largest fee bound is a tenth or more of fee and payment together, where both are in one asset. */
export function feeShareSignal(context: RiskContext): RiskFactor | undefined {
  const { effects, wallet } = context.input;
  let worst = 0n;
  for (const fee of effects) {
    // By the bytes a fee is ours, whoever of us pays it.
    if (fee.kind !== 'fee' || (fee.source !== 'bytes' && fee.account !== wallet) || fee.max <= 0n) continue;
    let paid = 0n;
    for (const effect of effects) if (effect.kind === 'outflow' && effect.asset === fee.asset) paid += effect.amount;
    const permille = paid === 0n ? 0n : (fee.max * 1000n) / (fee.max + paid);
    if (permille > worst) worst = permille;
  }
  if (worst < FROM_PERMILLE) return undefined;
  const percent = Number(worst) / 10;
  return {
    id: 'fee_share',
    component: 'transaction',
    points: (POINTS_AT_ALL * percent) / 100,
    detail: `Fees may take ${percent} % of what leaves the wallet.`,
    reason: null,
  };
}
