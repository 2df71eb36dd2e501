import { z } from 'zod';
import { lazySchema } from '../../core/schema.ts';
import { positiveMs } from './fields.ts';

/** How the log is kept. */
export const auditSchema = lazySchema(() =>
  z.strictObject({
    enabled: z.boolean().default(true),
    checkpointEvery: z.int().positive().max(10_000).default(100),
    checkpointMs: positiveMs.default(1_000),
    /** `each` signs a checkpoint for every entry. Unsigned there is no log. */
    signEvents: z.union([z.literal(true), z.literal('each')]).default(true),
    /** How long entries are wanted; a plan says what may be archived, and nothing is dropped by itself. */
    retentionDays: z.int().positive().max(36_500).optional(),
    /** Streams and archives are gzip. */
    compressionEnabled: z.boolean().default(false),
    exportFormats: z
      .array(z.enum(['json', 'jsonl', 'csv']))
      .readonly()
      .optional(),
    /** Entries of others that are taken a minute. */
    maxEventsPerMinute: z.int().min(1).max(10_000).default(600),
  }),
);
