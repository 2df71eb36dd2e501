import { type AssetId, collectionOf, type Reason } from '../../core/index.ts';
import { type LayerContext, reason } from '../layer.ts';
import { callCapability } from './items.ts';

/** The wallet's own call that a leaf belongs to: the first part of its path. */
export const groupOf = (leaf: string): string => leaf.split('.', 1)[0] ?? '';

/** Whether the asset is one that somebody vouches for: anybody makes a token, and a pool in which it costs whatever they like. */
export const isKnownAsset = ({ tokens }: LayerContext, asset: AssetId): boolean =>
  collectionOf(asset) !== null || tokens.some((token) => token.asset === asset);

/**
 * Trades on known protocols that promise nothing: value goes in, and no least amount comes back to the wallet, or one of a token
 * that the configuration does not list. Such a trade is filled at any price. A request that states what it expects is held to that by the simulation instead.
 */
export function returnFindings(context: LayerContext, denials: Reason[]): void {
  const { request, policy, exposure, decoded, nowMs } = context;
  const { expect } = request;
  if (expect?.recipient === request.wallet && expect.in.some(({ amount, bound }) => bound !== 'most' && amount > 0n)) return;
  for (const { call, amount } of exposure.outflows) {
    if (call === null || call.protocol === null || amount === 0n || callCapability(policy, call, nowMs) !== 'trading') continue;
    const promised = decoded.effects.some(
      (effect) =>
        effect.kind === 'inflow' &&
        effect.source === 'bytes' &&
        effect.account === request.wallet &&
        effect.amount > 0n &&
        isKnownAsset(context, effect.asset) &&
        groupOf(effect.leaf) === groupOf(call.leaf),
    );
    if (promised) continue;
    denials.push(
      reason('slippage_not_declared', 'The trade names no least amount that comes back to the wallet.', {
        rule: 'trading.return',
        facts: { protocol: call.protocol, contract: call.contract },
      }),
    );
    return;
  }
}
