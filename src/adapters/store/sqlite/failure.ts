import { CastellanError, isCastellanError } from '../../../core/errors.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The primary result code of an error of SQLite; undefined for any other value. */
export function sqliteCode(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { readonly errcode?: unknown }).errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** True where another connection holds the lock, so that the same attempt may succeed later. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}

/** The typed error for whatever SQLite threw. Nothing of the attempt was committed. */
export function toStoreError(error: unknown): unknown {
  if (isCastellanError(error)) return error;
  const code = sqliteCode(error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB)
    return new CastellanError('STORE_CORRUPT', { message: "The store's file is damaged or no database.", cause: error });
  if (code !== undefined)
    return new CastellanError('STORE_UNAVAILABLE', {
      message: 'The store cannot be read or written.',
      details: { sqlite: code },
      retryable: true,
      cause: error,
    });
  return new CastellanError('INTERNAL', { message: 'A store command broke off; nothing of it was kept.', cause: error });
}
