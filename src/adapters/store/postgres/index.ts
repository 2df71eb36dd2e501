export { postgresStore, type StoreOpener } from './postgres.ts';
export type { PostgresStoreOptions } from './postgres-store.ts';
export { createPostgresStore } from './postgres-store.ts';
export type { PostgresConnection } from './settings.ts';
