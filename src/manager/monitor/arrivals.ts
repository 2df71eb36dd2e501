import { assetChain, nativeAssetId } from '../../core/asset.ts';
import type { AccountActivity } from '../../core/chain-adapter.ts';
import type { AgentId, AssetId } from '../../core/ids.ts';
import { type Command, type Json, type Store, storeKey } from '../../core/store.ts';
import type { Watched } from '../../emergency/index.ts';
import { emptyProfile, parseProfile, trainHabits, type WalletAction } from '../../risk/index.ts';
import { docKey, docValue, docVersion } from '../directory.ts';

/** Arrivals of one agent that one page teaches: dust costs whoever sends it next to nothing. */
const MOST_LEARNT = 256;

/** What arrivals are learnt from. */
export interface ArrivalParts {
  readonly store: Store;
  /** Of an asset; undefined where no list names it. */
  readonly decimals: (asset: AssetId) => number | undefined;
}

/**
 * The commands that teach agents what others sent them: part of the step in which the monitor goes on, so that each page teaches once. Losing a race for
 * a profile refuses the step, and the monitor reads the page again.
 */
export async function arrivalCommands(
  { store, decimals }: ArrivalParts,
  events: readonly AccountActivity[],
  watched: ReadonlyMap<string, Watched>,
): Promise<readonly Command[]> {
  const byAgent = new Map<AgentId, WalletAction[]>();
  for (const event of events) {
    const to = watched.get(event.account);
    const action = to === undefined || to.wallet !== to.account ? undefined : arrivalOf(event, decimals);
    if (to === undefined || action === undefined) continue;
    const known = byAgent.get(to.agent) ?? [];
    if (known.length < MOST_LEARNT) byAgent.set(to.agent, [...known, action]);
  }
  const agents = [...byAgent];
  if (agents.length === 0) return [];
  const rows = await store.get(agents.map(([agent]) => storeKey.doc(docKey.profile(agent))));
  return agents.flatMap(([agent, actions], at): Command[] => {
    const value = docValue<Json>(rows[at]);
    const profile = value === undefined ? emptyProfile() : parseProfile(value);
    // A profile that cannot be read is left as it is: it reads as "unknown", which is caution.
    if (profile === undefined) return [];
    const learnt = trainHabits(
      profile,
      actions.toSorted((left, right) => left.atMs - right.atMs),
    );
    return [{ kind: 'doc.put', key: docKey.profile(agent), value: learnt as unknown as Json, ifVersion: docVersion(rows[at]) }];
  });
}

/** What came in, as habits see it. A token that no list names is worth nothing: it is next to nothing of the chain's own coin. */
function arrivalOf(
  { kind, counterparty, asset, amount, atMs }: AccountActivity,
  decimals: ArrivalParts['decimals'],
): WalletAction | undefined {
  if (kind !== 'received' || counterparty === null || asset === null || typeof amount !== 'bigint') return undefined;
  const places = decimals(asset);
  const came = { atMs, direction: 'in', party: counterparty } as const;
  if (places !== undefined) return { ...came, kind: asset.includes('/slip44:') ? 'coin' : 'token', asset, amount, decimals: places };
  return { ...came, kind: 'coin', asset: nativeAssetId(assetChain(asset)), amount: 0n, decimals: 0 };
}
