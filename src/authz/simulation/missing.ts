import { type AccountId, type AssetId, assetContract, type Effect, netChange } from '../../core/index.ts';

/** What the bytes do and the simulation does not show: no difference seen never means that nothing is lost. */
export interface Missing {
  /** In words; any denies. */
  readonly told: readonly string[];
}

/**
 * Looks for what the bytes show and the simulation does not, net by asset. Where bytes alone say everything, the amount of a token
 * must come out to the unit. Beside a call whose meaning only the simulation shows, and of the coin, which whoever is paid may
 * return in part, some movement must be seen.
 */
export function missingFrom(simulated: readonly Effect[], decoded: readonly Effect[], wallet: AccountId): Missing {
  const bytes = decoded.filter(({ source }) => source === 'bytes');
  const opaque = bytes.some(({ kind }) => kind === 'call' || kind === 'unknown' || kind === 'hazard');
  const told: string[] = [];
  for (const asset of assetsLeaving(bytes, wallet)) {
    const loss = -netChange(withoutOwn(bytes, wallet), wallet, asset);
    if (loss <= 0n) continue;
    const seen = simulated.some(
      (effect) => (effect.kind === 'outflow' || effect.kind === 'inflow') && effect.account === wallet && effect.asset === asset,
    );
    const isExact = !opaque && assetContract(asset) !== null;
    if (isExact ? -netChange(simulated, wallet, asset) < loss : !seen) told.push(`${asset} leaves by the bytes and not in the simulation`);
  }
  if (opaque) return { told };
  for (const effect of bytes) {
    if (effect.kind !== 'allowance' || effect.owner !== wallet || effect.amount === 0n) continue;
    const seen = simulated.some(
      (found) =>
        found.kind === 'allowance' &&
        found.owner === wallet &&
        found.spender === effect.spender &&
        found.asset === effect.asset &&
        found.amount !== 0n,
    );
    if (!seen) told.push(`an allowance to ${effect.spender} that the simulation does not show`);
  }
  return { told };
}

function assetsLeaving(effects: readonly Effect[], wallet: AccountId): ReadonlySet<AssetId> {
  return new Set(effects.flatMap((effect) => (effect.kind === 'outflow' && effect.account === wallet ? [effect.asset] : [])));
}

/** What the wallet sends to itself moves nothing. */
function withoutOwn(effects: readonly Effect[], wallet: AccountId): readonly Effect[] {
  return effects.filter((effect) => (effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.counterparty !== wallet);
}
