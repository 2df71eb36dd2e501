import type { TimeMs } from '../../core/index.ts';
import type { CheckedSource } from './list-source.ts';
import type { ListingTable } from './listing.ts';
import type { ScreeningHit } from './verdict.ts';

/** A list's words on its accounts, by the number of the listing: made once each. */
export class ListHits {
  readonly #made: (ScreeningHit | undefined)[] = [];
  readonly #source: CheckedSource;
  readonly #listings: ListingTable;
  readonly #loadedMs: TimeMs;

  constructor(source: CheckedSource, listings: ListingTable, loadedMs: TimeMs) {
    this.#source = source;
    this.#listings = listings;
    this.#loadedMs = loadedMs;
  }

  at(listing: number): ScreeningHit {
    const made = this.#made[listing] ?? this.#make(listing);
    this.#made[listing] = made;
    return made;
  }

  #make(at: number): ScreeningHit {
    const { name, trust, basis, kind, severity, minVotes, expiresMs } = this.#source;
    const listing = this.#listings.get(at) ?? { kind, severity, votes: 1, expiresMs: null };
    const ends = [expiresMs, listing.expiresMs].filter((ms) => ms !== null);
    return Object.freeze({
      ...listing,
      list: name,
      trust,
      basis,
      minVotes,
      loadedMs: this.#loadedMs,
      expiresMs: ends.length === 0 ? null : Math.min(...ends),
    });
  }
}
