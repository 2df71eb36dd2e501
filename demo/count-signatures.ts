import { DatabaseSync } from 'node:sqlite';

/** Signatures that the gate ever made: each is kept, encrypted, in its request's row before it leaves. */
export function countSignatures(storePath: string): number {
  const db = new DatabaseSync(storePath, { readOnly: true, timeout: 2_000 });
  try {
    const rows = db.prepare("SELECT v FROM kv WHERE k LIKE 'request/%'").all();
    return rows.filter(({ v }) => (JSON.parse(String(v)) as { readonly sealed: string | null }).sealed !== null).length;
  } finally {
    db.close();
  }
}
