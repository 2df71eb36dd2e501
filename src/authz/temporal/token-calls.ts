import { type AccountId, assetContract, type Effect } from '../../core/index.ts';

/**
 * Calls that the bytes show as what they do alone: a payment or an allowance of a listed token is a call of its contract, though no `call`
 * stands beside it. What moves by a call that is shown is that call's.
 */
export function tokenCalls(effects: readonly Effect[]): readonly { readonly contract: AccountId; readonly leaf: string }[] {
  const shown = new Set(effects.flatMap(({ kind, leaf, source }) => (kind === 'call' && source === 'bytes' ? [leaf] : [])));
  return effects.flatMap((effect) => {
    if (effect.source !== 'bytes' || (effect.kind !== 'outflow' && effect.kind !== 'allowance') || shown.has(effect.leaf)) return [];
    const contract = assetContract(effect.asset);
    return contract === null ? [] : [{ contract, leaf: effect.leaf }];
  });
}
