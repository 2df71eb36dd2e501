import { CastellanError } from '../../../core/errors.ts';
import type { Changes } from '../kernel/group.ts';
import { createRowCache } from '../kernel/row-cache.ts';
import { fromRowText } from '../kernel/row-text.ts';
import type { LoggedEntry, Row } from '../kernel/rows.ts';
import type { Answer } from './session.ts';
import { decodeText } from './text-list.ts';

/** What a `fetch` found. A key or id that was asked for and is not there is absent. */
export interface Fetched {
  readonly stamp: string;
  readonly lastRequest: string;
  readonly rows: ReadonlyMap<string, Row>;
  readonly entries: ReadonlyMap<string, LoggedEntry>;
}

/**
 * What this process knows of the state that its next group builds on: the state that one stamp names. It runs ahead of the
 * server by the groups that are under way.
 */
export interface KnownRows {
  /** Names the state; undefined where nothing is known. */
  stamp(): string | undefined;
  /** `null` is known to be absent, undefined unknown. */
  get(key: string): Row | null | undefined;
  /** Takes in what was read of the state: everything else is forgotten where that is another one. */
  learn(fetched: Fetched, keys: Iterable<string>): void;
  /** Remembers a row of the state that is known. */
  remember(key: string, row: Row | null): void;
  /** Goes on to the state that these changes make. */
  advance(stamp: string, changes: Changes): void;
  forget(): void;
}

const REQUEST = 'request/';

/** Knows nothing yet. */
export function createKnownRows(capacity: number): KnownRows {
  const cache = createRowCache(capacity);
  let stamp: string | undefined;
  // Request ids are time-ordered: a greater key than the last one is new, without looking.
  let lastRequest = '';
  const forget = (): void => {
    cache.clear();
    stamp = undefined;
  };
  return {
    stamp: () => stamp,
    get(key) {
      if (stamp === undefined) return undefined;
      const row = cache.get(key);
      return row === undefined && key > lastRequest && key.startsWith(REQUEST) ? null : row;
    },
    learn(fetched, keys) {
      if (fetched.stamp !== stamp) {
        forget();
        ({ stamp, lastRequest } = fetched);
      }
      for (const key of keys) cache.set(key, fetched.rows.get(key) ?? null);
    },
    remember: cache.set,
    advance(next, { rows }) {
      stamp = next;
      for (const [key, row] of rows) {
        cache.set(key, row);
        if (row !== null && key > lastRequest && key.startsWith(REQUEST)) lastRequest = key;
      }
    },
    forget,
  };
}

/** Reads the answer to `fetch` or `read`. @throws STORE_CORRUPT for a damaged row. */
export function toFetched(answer: Answer): Fetched {
  const rows = new Map<string, Row>();
  const entries = new Map<string, LoggedEntry>();
  let stamp = '';
  let lastRequest = '';
  for (const [kind, name, value] of answer) {
    if (kind === 0) {
      stamp = String(name ?? '');
      lastRequest = String(value ?? '');
    } else if (kind === 1) {
      const key = decodeText(String(name));
      rows.set(key, fromRowText(key, String(value)));
    } else {
      const [index, atMs, epoch] = String(value).split(' ').map(Number);
      entries.set(decodeText(String(name)), { index: index ?? Number.NaN, atMs: atMs ?? Number.NaN, epoch: epoch ?? Number.NaN });
    }
  }
  if (stamp === '') throw new CastellanError('STORE_CORRUPT', { message: 'The store has lost the name of its last commit.' });
  return { stamp, lastRequest, rows, entries };
}
