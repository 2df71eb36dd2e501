import type { Effect } from '../../../core/effect.ts';
import type { SeenPayment } from '../../../risk/index.ts';

/** Who paid whom in these effects. */
export function seenPayments(effects: readonly Effect[], atMs: number): readonly SeenPayment[] {
  const found: SeenPayment[] = [];
  for (const effect of effects) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.counterparty === null) continue;
    const { account, counterparty } = effect;
    found.push(effect.kind === 'outflow' ? { from: account, to: counterparty, atMs } : { from: counterparty, to: account, atMs });
  }
  return found;
}
