import type { Json } from '../core/store.ts';
import { type Checkpoint, type CheckpointResult, verifyCheckpoint } from './checkpoint.ts';
import { type Frontier, frontierRoot } from './merkle/compact-range.ts';

/** A signed checkpoint at rest, with what is needed to go on from it without reading the log again. */
export interface StoredCheckpoint {
  readonly size: number;
  /** Size of the checkpoint before; 0 for the first. */
  readonly previous: number;
  readonly note: string;
  /** Chain hash of the last entry that it covers. */
  readonly chain: string;
  readonly frontier: Frontier;
  readonly atMs: number;
}

/** What verifying a stored checkpoint came to. */
export type StoredResult =
  | { readonly ok: true; readonly stored: StoredCheckpoint; readonly checkpoint: Checkpoint }
  | {
      readonly ok: false;
      readonly reason: Extract<CheckpointResult, { ok: false }>['reason'] | 'malformed_record' | 'size_mismatch' | 'frontier_mismatch';
    };

/** Prefix of the documents that hold checkpoints. */
export const CHECKPOINT_PREFIX = 'checkpoint/';
/** Document of the newest checkpoint. */
export const LATEST_CHECKPOINT = `${CHECKPOINT_PREFIX}latest`;

/** Document of the checkpoint at `size`; documents sort by size, the latest comes last. */
export function checkpointKey(size: number): string {
  return `${CHECKPOINT_PREFIX}${String(size).padStart(16, '0')}`;
}

/** A stored checkpoint as a document's value. */
export function toCheckpointJson(stored: StoredCheckpoint): Json {
  return {
    v: 1,
    size: stored.size,
    previous: stored.previous,
    note: stored.note,
    chain: stored.chain,
    frontier: stored.frontier.nodes,
    atMs: stored.atMs,
  };
}

/** Verifies a document's value: signature, origin, and that the frontier is the one that was signed. Fails closed. */
export function verifyStoredCheckpoint(value: Json | undefined, origin: string, publicKey: Uint8Array): StoredResult {
  const stored = parseStored(value);
  if (stored === undefined) return { ok: false, reason: 'malformed_record' };
  const result = verifyCheckpoint(stored.note, origin, publicKey);
  if (!result.ok) return result;
  if (result.checkpoint.size !== stored.size) return { ok: false, reason: 'size_mismatch' };
  if (frontierOf(stored) !== result.checkpoint.root) return { ok: false, reason: 'frontier_mismatch' };
  return { ok: true, stored, checkpoint: result.checkpoint };
}

function frontierOf(stored: StoredCheckpoint): string | undefined {
  return stored.frontier.nodes.length === bits(stored.size) ? frontierRoot(stored.frontier) : undefined;
}

function parseStored(value: Json | undefined): StoredCheckpoint | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { v, size, previous, note, chain, frontier, atMs } = value as { readonly [key: string]: Json };
  if (
    v !== 1 ||
    !isSize(size) ||
    !isSize(previous) ||
    previous > size ||
    typeof note !== 'string' ||
    !isHash(chain) ||
    typeof atMs !== 'number'
  )
    return undefined;
  if (!Array.isArray(frontier) || !frontier.every(isHash)) return undefined;
  return { size, previous, note, chain, frontier: { size, nodes: frontier as readonly string[] }, atMs };
}

function isSize(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHash(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function bits(size: number): number {
  return [...size.toString(2)].filter((bit) => bit === '1').length;
}
