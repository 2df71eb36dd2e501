import { applyStep, readDoc } from '../../core/doc.ts';
import { CastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Json, Store } from '../../core/store.ts';
import { SIGNATURE_TOLERANCE_MS } from './webhook-signature.ts';

/** Nonces that were used, for every process on the store. */
export interface SeenNonces {
  /** True the first time only. @throws STORE_UNAVAILABLE, also where more came than anybody answers by hand */
  take(nonce: string, atMs: TimeMs, nowMs: TimeMs): Promise<boolean>;
}

/** Kept for three times as long as a signature passes: a clock that is set back a little brings none of them back. */
const KEPT_MS = 3 * SIGNATURE_TOLERANCE_MS;
/** Replies within that time and with one secret; more is no person, and keeps out nobody who has another secret. */
const MAX_KEPT = 1_024;
const ATTEMPTS = 16;

type Entry = readonly [nonce: string, atMs: TimeMs, tag: string];

/** One document holds those of all secrets: bounded, and written only by those who have one. `tag` tells the secret apart. */
export function createSeenNonces(store: Store, key: string, tag: string): SeenNonces {
  return {
    async take(nonce, atMs, nowMs) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const doc = await readDoc(store, key);
        const seen = entriesOf(doc?.value);
        if (seen.some(([known, , by]) => known === nonce && by === tag)) return false;
        const kept = seen.filter(([, at]) => at > nowMs - KEPT_MS);
        if (kept.filter(([, , by]) => by === tag).length >= MAX_KEPT)
          throw new CastellanError('STORE_UNAVAILABLE', { message: 'Too many replies in too short a time.', retryable: true });
        const value: Json = { seen: [...kept, [nonce, atMs, tag]] };
        const result = await applyStep(store, { commands: [{ kind: 'doc.put', key, value, ifVersion: doc?.version ?? 0 }] });
        if (result.ok) return true;
      }
      throw new CastellanError('STORE_UNAVAILABLE', { message: 'Others answered each time; try again.', retryable: true });
    },
  };
}

/** @throws STORE_CORRUPT */
function entriesOf(value: Json | undefined): readonly Entry[] {
  if (value === undefined) return [];
  const seen = (value as { readonly seen?: unknown } | null)?.seen;
  const isEntry = (entry: unknown): entry is Entry =>
    Array.isArray(entry) && typeof entry[0] === 'string' && Number.isSafeInteger(entry[1]) && typeof entry[2] === 'string';
  if (Array.isArray(seen) && seen.every(isEntry)) return seen;
  throw new CastellanError('STORE_CORRUPT', { message: 'The nonces of replies cannot be read.' });
}
