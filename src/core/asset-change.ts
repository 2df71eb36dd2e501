import type { Effect } from './effect.ts';
import type { AccountId, AssetId } from './ids.ts';

/** How much of an asset an account gains or, below zero, loses; base units, fees apart. */
export interface AssetChange {
  readonly account: AccountId;
  readonly asset: AssetId;
  /** Holdings without and with the transaction, where they were read. */
  readonly before?: bigint;
  readonly after?: bigint;
  readonly delta: bigint;
}

/** Net movements by account and asset, in order of first appearance; what comes to nothing is left out. */
export function changesOf(effects: readonly Effect[]): readonly AssetChange[] {
  const sums = new Map<string, { readonly account: AccountId; readonly asset: AssetId; delta: bigint }>();
  for (const effect of effects) {
    if (effect.kind !== 'outflow' && effect.kind !== 'inflow') continue;
    const { account, asset, amount } = effect;
    const key = `${account} ${asset}`;
    const sum = sums.get(key) ?? { account, asset, delta: 0n };
    sums.set(key, sum);
    sum.delta += effect.kind === 'inflow' ? amount : -amount;
  }
  return [...sums.values()].filter(({ delta }) => delta !== 0n);
}

/** What one account gains of an asset, net, below zero for a loss; base units, fees apart. */
export function netChange(effects: readonly Effect[], account: AccountId, asset: AssetId): bigint {
  let net = 0n;
  for (const effect of effects) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.account !== account || effect.asset !== asset) continue;
    net += effect.kind === 'inflow' ? effect.amount : -effect.amount;
  }
  return net;
}
