import {
  type AccountId,
  type AgentId,
  CastellanError,
  type ChainId,
  type Json,
  readDoc,
  type Store,
  type TimeMs,
} from '../../core/index.ts';
import { KEY_ID } from './key-record.ts';
import type { KeyWallet } from './key-usage.ts';

/** What began a rotation: somebody's call, or the interval of the key. */
export type RotationCause = 'requested' | 'scheduled';

/** A key's replacement at rest: document `key-rotation/<oldKeyId>`. It holds no secret. */
export interface RotationRecord {
  readonly v: 1;
  readonly oldKeyId: string;
  readonly newKeyId: string;
  readonly cause: RotationCause;
  readonly startedMs: TimeMs;
  /** Wallets that the old key signed for at that moment. */
  readonly wallets: readonly KeyWallet[];
  /** Null until the old key was revoked because its wallets were empty. */
  readonly completedMs: TimeMs | null;
}

/** Where the replacement of a key lies among the documents. */
export function rotationDoc(oldKeyId: string): string {
  return `key-rotation/${oldKeyId}`;
}

/** Reads what is known of a key's replacement; version 0 where there is none. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
export async function readRotation(
  store: Store,
  oldKeyId: string,
): Promise<{ readonly rotation: RotationRecord | undefined; readonly version: number }> {
  const doc = await readDoc(store, rotationDoc(oldKeyId));
  return doc === undefined ? { rotation: undefined, version: 0 } : { rotation: parseRotation(doc.value, oldKeyId), version: doc.version };
}

function parseRotation(value: Json, oldKeyId: string): RotationRecord {
  const record = value as Partial<RotationRecord> | null;
  if (
    typeof record === 'object' &&
    record !== null &&
    record.v === 1 &&
    record.oldKeyId === oldKeyId &&
    typeof record.newKeyId === 'string' &&
    KEY_ID.test(record.newKeyId) &&
    record.newKeyId !== oldKeyId &&
    (record.cause === 'requested' || record.cause === 'scheduled') &&
    Number.isSafeInteger(record.startedMs) &&
    (record.completedMs === null || Number.isSafeInteger(record.completedMs)) &&
    Array.isArray(record.wallets) &&
    record.wallets.every(isWallet)
  ) {
    return record as RotationRecord;
  }
  throw new CastellanError('STORE_CORRUPT', { message: 'The record of a rotation is not readable.', details: { keyId: oldKeyId } });
}

function isWallet(value: unknown): value is KeyWallet {
  const { account, chain, agent, user, keyId } = (value ?? {}) as {
    readonly account?: AccountId;
    readonly chain?: ChainId;
    readonly agent?: AgentId;
    readonly user?: string;
    readonly keyId?: string;
  };
  return [account, chain, agent, user, keyId].every((text) => typeof text === 'string');
}
