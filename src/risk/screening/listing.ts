import { CastellanError, type TimeMs } from '../../core/index.ts';
import { SCREENING_KINDS, SCREENING_SEVERITIES, type ScreeningKind, type ScreeningSeverity } from './entry.ts';

/** What a list says of an account, beside what it says of all of them. */
export interface Listing {
  readonly kind: ScreeningKind;
  readonly severity: ScreeningSeverity;
  /** How many reports the row stands on, 1 to 1,000; more count as 1,000. */
  readonly votes: number;
  /** Null: until the list drops it. */
  readonly expiresMs: TimeMs | null;
}

/** Different listings of one list: kind, severity, votes and expiry together. An entry has 16 bits for them, and one number is kept. */
export const MAX_LISTINGS = 2 ** 16 - 1;
const MAX_VOTES = 1_000;

/** The different listings of a list: millions of rows share a few. */
export class ListingTable {
  readonly #rows: Listing[] = [];
  readonly #index = new Map<string, number>();

  get size(): number {
    return this.#rows.length;
  }

  /** The number of a listing, the same for the same one. @throws REQUEST_INVALID beyond {@link MAX_LISTINGS} */
  intern(listing: Listing): number {
    const { kind, severity, expiresMs } = listing;
    const votes = Math.max(1, Math.min(MAX_VOTES, listing.votes));
    const key = `${kind} ${severity} ${votes} ${expiresMs}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    if (this.#rows.length >= MAX_LISTINGS)
      throw new CastellanError('REQUEST_INVALID', {
        message: 'The list has more kinds of listing than are kept.',
        details: { most: MAX_LISTINGS },
      });
    this.#rows.push(Object.freeze({ kind, severity, votes, expiresMs }));
    this.#index.set(key, this.#rows.length - 1);
    return this.#rows.length - 1;
  }

  get(index: number): Listing | undefined {
    return this.#rows[index];
  }

  /** A table that begins with the same listings under the same numbers. */
  copy(): ListingTable {
    const copy = new ListingTable();
    for (const row of this.#rows) copy.intern(row);
    return copy;
  }

  /** What two rows on one account come to: the worse of each, for the longer. Rows of one list are no independent votes. */
  merge(a: number, b: number): number {
    const [one, other] = [this.#rows[a], this.#rows[b]];
    if (a === b || one === undefined || other === undefined) return a;
    return this.intern({
      kind: SCREENING_KINDS.find((kind) => kind === one.kind || kind === other.kind) ?? one.kind,
      severity: worse(one.severity, other.severity),
      votes: Math.max(one.votes, other.votes),
      expiresMs: one.expiresMs === null || other.expiresMs === null ? null : Math.max(one.expiresMs, other.expiresMs),
    });
  }
}

/** The worse of two severities. */
export function worse(a: ScreeningSeverity, b: ScreeningSeverity): ScreeningSeverity {
  return SCREENING_SEVERITIES.indexOf(a) >= SCREENING_SEVERITIES.indexOf(b) ? a : b;
}
