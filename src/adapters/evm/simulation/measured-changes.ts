import { collectibleAsset, nativeAssetId, tokenAsset } from '../../../core/asset.ts';
import { type AssetChange, changesOf } from '../../../core/asset-change.ts';
import type { Effect } from '../../../core/effect.ts';
import type { ChainId } from '../../../core/ids.ts';
import { accountOf } from '../address.ts';
import type { Measured } from '../net-effects.ts';

/** The net changes that the effects come to, with the holdings that were read where they say the same. */
export function measuredChanges(measured: readonly Measured[], effects: readonly Effect[], chain: ChainId): readonly AssetChange[] {
  const holdings = new Map<string, readonly [bigint, bigint]>();
  for (const { subject, before, after } of measured) {
    const [was, is] = [before?.[0], after?.[0]];
    if (was === undefined || is === undefined) continue;
    if (subject.kind !== 'coin' && subject.kind !== 'balance' && subject.kind !== 'items') continue;
    const account = accountOf(chain, subject.holder);
    const asset =
      subject.kind === 'coin'
        ? nativeAssetId(chain)
        : subject.kind === 'balance'
          ? tokenAsset(chain, accountOf(chain, subject.token))
          : collectibleAsset(chain, 'erc1155', accountOf(chain, subject.token), subject.id);
    holdings.set(`${account} ${asset}`, [was, is]);
  }
  return changesOf(effects).map((change) => {
    const [before, after] = holdings.get(`${change.account} ${change.asset}`) ?? [];
    // Whoever pays the fee has less than the change says.
    return before === undefined || after === undefined || after - before !== change.delta ? change : { ...change, before, after };
  });
}
