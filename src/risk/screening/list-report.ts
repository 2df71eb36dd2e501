import type { Digest, TimeMs } from '../../core/index.ts';
import type { RowField } from './list-source.ts';

/** What a list came to when it was loaded. Every row of it is in one of these numbers. */
export interface ListReport {
  readonly name: string;
  /** Different accounts on the list. */
  readonly accounts: number;
  /** Rows that were taken. */
  readonly rows: number;
  /** Rows that could not be read; the first ten stand in `samples`. */
  readonly unread: number;
  readonly samples: readonly { readonly line: number; readonly text: string }[];
  /** Rows that the source does not ask for. */
  readonly skipped: number;
  /** Rows on chains that are none of ours, by what the list calls the chain. */
  readonly foreign: Readonly<Record<string, number>>;
  /** Fields that could not be read, so that the list's own value holds. */
  readonly defaulted: Readonly<Partial<Record<RowField, number>>>;
  readonly loadedMs: TimeMs;
  /** Of the bytes that it was loaded from, by `digestBody`; of a signed list those of its latest update. */
  readonly body: Digest;
  /** Bytes that its entries take. */
  readonly bytes: number;
}

const SAMPLES = 10;
const SAMPLE_CHARS = 80;
const CODES = 100;

/** Counts what becomes of the rows of a list. */
export class RowTally {
  rows = 0;
  unread = 0;
  skipped = 0;
  readonly samples: { readonly line: number; readonly text: string }[] = [];
  readonly #foreign = new Map<string, number>();
  readonly #defaulted = new Map<RowField, number>();

  addUnread(text: string, line: number): void {
    this.unread += 1;
    if (this.samples.length < SAMPLES)
      this.samples.push({ line, text: text.slice(0, SAMPLE_CHARS).replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?') });
  }

  addSkipped(): void {
    this.skipped += 1;
  }

  addForeign(code: string): void {
    const name = this.#foreign.has(code) || this.#foreign.size < CODES ? code.slice(0, SAMPLE_CHARS) : 'others';
    this.#foreign.set(name, (this.#foreign.get(name) ?? 0) + 1);
  }

  addDefaulted(field: RowField): void {
    this.#defaulted.set(field, (this.#defaulted.get(field) ?? 0) + 1);
  }

  report(facts: Pick<ListReport, 'name' | 'accounts' | 'loadedMs' | 'bytes' | 'body'>): ListReport {
    return Object.freeze({
      ...facts,
      rows: this.rows,
      unread: this.unread,
      samples: Object.freeze([...this.samples]),
      skipped: this.skipped,
      foreign: Object.freeze(Object.fromEntries(this.#foreign)),
      defaulted: Object.freeze(Object.fromEntries(this.#defaulted)),
    });
  }
}
