export type { TemporalRuleInput } from '../policy/temporal/temporal-schema.ts';
export type { Review, TemporalFindings } from './findings.ts';
export { createMemoryEventStore, type MemoryEventStoreOptions } from './memory-event-store.ts';
export { isMeterAccount, temporalCounters } from './meters.ts';
export { sinceOf } from './read-meters.ts';
export type { TemporalCondition, TemporalField, TemporalRule } from './temporal-rule.ts';
export { tokenCalls } from './token-calls.ts';
