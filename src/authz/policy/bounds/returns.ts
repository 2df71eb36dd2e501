import { type AssetId, collectionOf, type Effect, type Reason } from '../../../core/index.ts';
import { type LayerContext, reason } from '../../layer.ts';
import { callCapability } from '../items/items.ts';

/** The wallet's own call that a leaf belongs to: the first part of its path. */
export const groupOf = (leaf: string): string => leaf.split('.', 1)[0] ?? '';

/** Whether the asset is one that somebody vouches for: anybody makes a token, and a pool in which it costs whatever they like. */
export const isKnownAsset = ({ tokens }: LayerContext, asset: AssetId): boolean =>
  collectionOf(asset) !== null || tokens.some((token) => token.asset === asset);

/**
 * Trades on known protocols that promise nothing: value goes in, and no least amount comes back to the wallet, or one of a token
 * that the configuration does not list. Such a trade is filled at any price. A trade's return is what its own call brings, or those
 * within, or a last step of the same batch that takes nothing itself, such as a router's payout; never what another call brings beside it.
 * A request of trades alone that states what it expects is held to that by the simulation instead.
 */
export function returnFindings(context: LayerContext, denials: Reason[]): void {
  const { request, policy, exposure, decoded, nowMs } = context;
  const trades = exposure.outflows.flatMap(({ call, amount }) =>
    call === null || call.protocol === null || amount === 0n || callCapability(policy, call, nowMs) !== 'trading' ? [] : [call],
  );
  if (trades.length === 0) return;
  const beside = exposure.calls.map((call) => ({ call, capability: callCapability(policy, call, nowMs) }));
  const { expect } = request;
  const expects = expect?.in.some(({ amount, bound, asset }) => bound !== 'most' && amount > 0n && isKnownAsset(context, asset));
  const isAlone = beside.every(({ capability }) => capability === 'trading' || capability === 'approvals');
  if (expects === true && expect?.recipient === request.wallet && isAlone) return;
  const foreign = new Set(beside.flatMap(({ call, capability }) => (capability === 'trading' ? [] : [call.leaf])));
  const taking = new Set(trades.map(({ leaf }) => leaf));
  const returns = decoded.effects.filter(
    (effect): effect is Extract<Effect, { kind: 'inflow' }> =>
      effect.kind === 'inflow' &&
      effect.source === 'bytes' &&
      effect.account === request.wallet &&
      effect.amount > 0n &&
      !foreign.has(effect.leaf) &&
      isKnownAsset(context, effect.asset),
  );
  const bare = trades.find(({ leaf: own }) => {
    const isReturn = (leaf: string): boolean =>
      leaf === own || leaf.startsWith(`${own}.`) || (groupOf(leaf) === groupOf(own) && !taking.has(leaf));
    return !returns.some(({ leaf }) => isReturn(leaf));
  });
  if (bare === undefined) return;
  denials.push(
    reason('slippage_not_declared', 'The trade names no least amount that comes back to the wallet.', {
      rule: 'trading.return',
      facts: { protocol: bare.protocol, contract: bare.contract },
    }),
  );
}
