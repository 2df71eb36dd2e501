import type { AssetId, TimeMs } from '../../core/ids.ts';
import { type Command, type Json, type Store, storeKey } from '../../core/store.ts';
import { type MarketTrack, parseMarketTrack } from '../../risk/index.ts';
import { docValue, docVersion } from '../directory.ts';

/** Document of what is kept of an asset's prices. */
const trackDoc = (asset: AssetId): string => `market/${asset}`;
/** Between two writes: a restart forgets at most so much, and the next price covers the gap. */
const WRITE_EVERY_MS = 60_000;
/** Assets that are followed; more are judged by what sources say of them alone. */
const MAX_TRACKED = 512;

/** What is kept of prices, in memory and in the store. */
export interface MarketTracks {
  /** What is known, with the store's own where another process is ahead. @throws STORE_UNAVAILABLE */
  load(assets: readonly AssetId[], nowMs: TimeMs): Promise<ReadonlyMap<AssetId, MarketTrack>>;
  /** Takes over what was learned, and writes it where it is time to. A version that somebody else wrote stands. */
  keep(tracks: ReadonlyMap<AssetId, MarketTrack>, nowMs: TimeMs): Promise<void>;
}

const seenMs = ({ price, fee }: MarketTrack): number => Math.max(price?.atMs ?? 0, fee?.atMs ?? 0);

/** Opens them over a store. */
export function createMarketTracks(store: Store): MarketTracks {
  const known = new Map<AssetId, MarketTrack>();
  const versions = new Map<AssetId, number>();
  let writtenMs = Number.NEGATIVE_INFINITY;

  async function read(assets: readonly AssetId[]): Promise<void> {
    const rows = await store.get(assets.map((asset) => storeKey.doc(trackDoc(asset))));
    assets.forEach((asset, index) => {
      const stored = parseMarketTrack(docValue<Json>(rows[index]));
      const own = known.get(asset);
      versions.set(asset, docVersion(rows[index]));
      if (stored !== undefined && (own === undefined || seenMs(stored) > seenMs(own))) known.set(asset, stored);
    });
  }

  return {
    async load(assets, nowMs) {
      const room = [...new Set(assets)].slice(0, MAX_TRACKED);
      const isDue = nowMs - writtenMs >= WRITE_EVERY_MS;
      const wanted = isDue ? room : room.filter((asset) => !versions.has(asset));
      if (wanted.length > 0) await read(wanted);
      return new Map([...known].filter(([asset]) => versions.has(asset)));
    },
    async keep(tracks, nowMs) {
      const learned: AssetId[] = [];
      for (const [asset, track] of tracks) {
        if (!versions.has(asset)) continue;
        known.set(asset, track);
        learned.push(asset);
      }
      if (nowMs - writtenMs < WRITE_EVERY_MS) return;
      writtenMs = nowMs;
      const steps = learned.map((asset): { readonly commands: readonly Command[] } => ({
        commands: [
          { kind: 'doc.put', key: trackDoc(asset), value: known.get(asset) as unknown as Json, ifVersion: versions.get(asset) ?? 0 },
        ],
      }));
      // Each by itself: where another process was faster, its own stands, and ours is judged by it the next time.
      if (steps.length > 0) await store.apply(steps);
    },
  };
}
