import { type Command, type Json, readDoc, type Store, type TimeMs } from '../../core/index.ts';
import { type KeyRecord, keyDoc, parseKeyRecord } from './key-record.ts';

/**
 * Revokes the keys of a key's parties in the step that revokes the key itself; none where it has no such parties. A party's record
 * that cannot be read is left: without the key, nobody asks that party to sign.
 * @throws STORE_UNAVAILABLE
 */
export async function revokeParties(
  store: Store,
  { coSigners }: KeyRecord,
  revoked: { readonly atMs: TimeMs; readonly reason: string },
  announce: (action: string, details: Record<string, Json>) => Command,
): Promise<readonly Command[]> {
  const commands: Command[] = [];
  for (const { keyId } of coSigners?.parties ?? []) {
    const doc = await readDoc(store, keyDoc(keyId));
    const record = doc === undefined ? undefined : readable(doc.value);
    if (doc === undefined || record?.state !== 'active') continue;
    const value: KeyRecord = { ...record, state: 'revoked', revokedMs: revoked.atMs, revokedReason: revoked.reason };
    commands.push({ kind: 'doc.put', key: keyDoc(keyId), value: value as unknown as Json, ifVersion: doc.version });
    commands.push(announce('key_revoked', { keyId, reason: revoked.reason }));
  }
  return commands;
}

function readable(value: Json): KeyRecord | undefined {
  try {
    return parseKeyRecord(value);
  } catch {
    return undefined;
  }
}
