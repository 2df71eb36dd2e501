import { accountChain } from '../../core/account.ts';
import { nativeAssetId } from '../../core/asset.ts';
import type { AccountId, AssetId, Effect, TimeMs } from '../../core/index.ts';
import { assetContract } from '../../core/index.ts';
import type { WalletAction } from './wallet-action.ts';

/** An allowance without end. */
const UNLIMITED = 2n ** 256n - 1n;
/** Of an asset that no list names. */
const USUAL_DECIMALS = 18;

/** Whose effects they are, and when. */
export interface ActionsOf {
  readonly effects: readonly Effect[];
  readonly wallet: AccountId;
  readonly atMs: TimeMs;
  /** Of an asset; undefined where no list names it. */
  readonly decimals: (asset: AssetId) => number | undefined;
}

/** Selectors by leaf and contract, and the leaves at which something moves or is allowed; undefined where nothing is called, as in a plain payment. */
interface Calls {
  readonly selectors?: ReadonlyMap<string, string>;
  readonly moving?: ReadonlySet<string>;
}

const NO_CALLS: Calls = {};

function callsIn(effects: readonly Effect[]): Calls {
  if (!effects.some(({ kind }) => kind === 'call')) return NO_CALLS;
  const selectors = new Map<string, string>();
  const moving = new Set<string>();
  for (const effect of effects) {
    if (effect.source !== 'bytes') continue;
    if (effect.kind === 'call') selectors.set(`${effect.leaf} ${effect.contract}`, effect.selector);
    if (effect.kind === 'outflow' || effect.kind === 'allowance' || effect.kind === 'operator') moving.add(effect.leaf);
  }
  return { selectors, moving };
}

/**
 * What a transaction's bytes do, as habits see it: one action for each payment, call without payment, and allowance, and one for each thing that comes in.
 * What only a simulation shows is left out, so that the same bytes are always the same actions.
 */
export function actionsOf({ effects, wallet, atMs, decimals }: ActionsOf): readonly WalletAction[] {
  const { selectors, moving } = callsIn(effects);
  const scale = (asset: AssetId): number => decimals(asset) ?? USUAL_DECIMALS;
  const isListed = (asset: AssetId): boolean => assetContract(asset) === null || decimals(asset) !== undefined;
  const actions: WalletAction[] = [];
  for (const effect of effects) {
    if (effect.source !== 'bytes') continue;
    switch (effect.kind) {
      case 'outflow':
      case 'inflow': {
        if (effect.account !== wallet || effect.counterparty === null) break;
        const { asset, amount, counterparty: party } = effect;
        const direction = effect.kind === 'outflow' ? 'out' : 'in';
        const method = direction === 'out' ? selectors?.get(`${effect.leaf} ${party}`) : undefined;
        const kind = assetContract(asset) !== null ? 'token' : method === undefined ? 'coin' : 'call';
        actions.push({ atMs, direction, kind, party, asset, amount, decimals: scale(asset), isListed: isListed(asset), method });
        break;
      }
      case 'call':
        // What pays or allows something is that, and its call is how.
        if (moving?.has(effect.leaf)) break;
        actions.push({
          ...{ atMs, direction: 'out', kind: 'call', party: effect.contract, asset: effect.asset, amount: effect.value },
          ...{ decimals: scale(effect.asset), isListed: isListed(effect.asset), method: effect.selector },
        });
        break;
      case 'allowance':
        if (effect.owner !== wallet) break;
        actions.push({
          ...{ atMs, direction: 'out', kind: 'allowance', party: effect.spender, asset: effect.asset, amount: 0n },
          ...{
            decimals: scale(effect.asset),
            isListed: isListed(effect.asset),
            allowance: effect.amount === 'unlimited' ? UNLIMITED : effect.amount,
          },
        });
        break;
      case 'operator':
        if (effect.owner !== wallet) break;
        actions.push({
          ...{
            atMs,
            direction: 'out',
            kind: effect.approved ? 'allowance_all' : 'allowance',
            party: effect.operator,
            asset: effect.collection,
          },
          ...{ amount: 0n, decimals: 0, allowance: effect.approved ? UNLIMITED : 0n },
        });
        break;
      case 'unknown':
        if (effect.contract === null) break;
        actions.push({
          ...{
            atMs,
            direction: 'out',
            kind: 'call',
            party: effect.contract,
            asset: nativeAssetId(accountChain(effect.contract)),
            amount: 0n,
          },
          ...{ decimals: USUAL_DECIMALS, method: effect.selector ?? undefined },
        });
        break;
      default:
        break;
    }
  }
  return actions;
}
