export { createMemoryEventStore, type MemoryEventStoreOptions } from './memory-event-store.ts';
export { sinceOf } from './read-meters.ts';
export { isMeterAccount, temporalCounters } from './meters.ts';
export { type Review, type TemporalFindings, temporalFindings } from './temporal-findings.ts';
export type { TemporalCondition, TemporalField, TemporalRule } from './temporal-rule.ts';
export type { TemporalRuleInput } from '../policy/temporal-schema.ts';
