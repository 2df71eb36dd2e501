import { readDoc } from '../../core/doc.ts';
import { CastellanError } from '../../core/errors.ts';
import type { ChainId } from '../../core/ids.ts';
import type { Command, Json, Store } from '../../core/store.ts';
import type { Facts } from './finding.ts';

/** Findings that are remembered, so that none is told twice. */
export const MAX_RECENT = 512;
/** Rights that are remembered; a forgotten one makes its use a finding. */
export const MAX_GRANTS = 2_048;

/** A finding that was told. */
export interface Told {
  readonly key: string;
  readonly height: number | null;
  /** True once a reorganisation took it away. */
  readonly gone: boolean;
  readonly facts: Facts;
}

/** How far one chain was looked through, and what must not be forgotten of it. */
export interface Checkpoint {
  readonly v: 1;
  readonly cursor: string | null;
  /** What each account held at the cursor, base units. */
  readonly holdings: Readonly<Record<string, string>>;
  readonly recent: readonly Told[];
  /** `<owner> <asset> <spender>` to the amount, or `unlimited`. */
  readonly grants: Readonly<Record<string, string>>;
  /** After a reorganisation: from which height on blocks are read again, and which findings came again. */
  readonly rescan: { readonly from: number; readonly seen: readonly string[] } | null;
}

const START: Checkpoint = { v: 1, cursor: null, holdings: {}, recent: [], grants: {}, rescan: null };
const keyOf = (chain: ChainId): string => `monitor/${chain}`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAmounts = (value: unknown, pattern: RegExp): boolean =>
  isRecord(value) && Object.values(value).every((amount) => typeof amount === 'string' && pattern.test(amount));
const isFact = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isTold = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['key'] === 'string' &&
  (value['height'] === null || typeof value['height'] === 'number') &&
  typeof value['gone'] === 'boolean' &&
  isRecord(value['facts']) &&
  Object.values(value['facts']).every(isFact);
const isRescan = (value: unknown): boolean =>
  value === null ||
  (isRecord(value) &&
    typeof value['from'] === 'number' &&
    Array.isArray(value['seen']) &&
    value['seen'].every((key) => typeof key === 'string'));

function isCheckpoint(value: unknown): value is Checkpoint {
  return (
    isRecord(value) &&
    value['v'] === 1 &&
    (value['cursor'] === null || typeof value['cursor'] === 'string') &&
    isAmounts(value['holdings'], /^[0-9]{1,80}$/) &&
    isAmounts(value['grants'], /^(?:unlimited|[0-9]{1,80})$/) &&
    Array.isArray(value['recent']) &&
    value['recent'].every(isTold) &&
    isRescan(value['rescan'])
  );
}

/** The checkpoint of a chain with its version, 0 before the first. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
export async function readCheckpoint(store: Store, chain: ChainId): Promise<{ readonly checkpoint: Checkpoint; readonly version: number }> {
  const doc = await readDoc(store, keyOf(chain));
  if (doc === undefined || doc.value === null) return { checkpoint: START, version: doc?.version ?? 0 };
  const value: unknown = doc.value;
  if (!isCheckpoint(value))
    throw new CastellanError('STORE_CORRUPT', { message: 'The monitor’s checkpoint cannot be read.', details: { chain } });
  return { checkpoint: value, version: doc.version };
}

/** The command that writes it; refused where another process has written meanwhile. */
export function writeCheckpoint(chain: ChainId, checkpoint: Checkpoint, ifVersion: number): Command {
  const grants = Object.fromEntries(Object.entries(checkpoint.grants).slice(-MAX_GRANTS));
  const value = { ...checkpoint, grants, recent: checkpoint.recent.slice(-MAX_RECENT) };
  return { kind: 'doc.put', key: keyOf(chain), value: value as unknown as Json, ifVersion };
}
