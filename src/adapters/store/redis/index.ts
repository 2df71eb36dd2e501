export { type RedisStoreConfig, redisStore } from './redis.ts';
export type { RedisStoreOptions } from './redis-store.ts';
export { createRedisStore } from './redis-store.ts';
export type { RedisConnection } from './settings.ts';
