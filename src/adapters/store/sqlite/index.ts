export { type StoreOpener, sqliteStore } from './sqlite.ts';
export type { SqliteStoreOptions } from './sqlite-store.ts';
export { createSqliteStore } from './sqlite-store.ts';
