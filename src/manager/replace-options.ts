import { z } from 'zod';
import { CastellanError } from '../core/errors.ts';
import { describeIssues, lazySchema, requestIdSchema } from '../core/schema.ts';

const schema = lazySchema(() =>
  z.strictObject({
    /** Names this replacement; the same id again is the same one. By itself made of the request and of `maxFee`. */
    id: requestIdSchema.optional(),
    /** The most that it may cost in fees, in whole coins of the chain. */
    maxFee: z.string().max(100).optional(),
    /** Why, in words, where the policy wants to know. */
    intent: z.string().max(4_096).optional(),
    settleTimeoutMs: z.int().positive().max(86_400_000).optional(),
  }),
);

/** How a transaction that is on its way is replaced, or cancelled. */
export type ReplaceOptions = z.input<typeof schema>;
/** The same, checked. */
export type ReplaceTerms = z.output<typeof schema>;

/** @throws REQUEST_INVALID */
export function parseReplaceOptions(options: unknown): ReplaceTerms {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new CastellanError('REQUEST_INVALID', { message: describeIssues(parsed.error).join('; '), details: { field: 'options' } });
}
