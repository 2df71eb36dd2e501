import { z } from 'zod';
import { lazySchema } from '../../core/schema.ts';

/** Something the deployment brings along, told by a method that it has. */
export const factory = <T>(method: keyof T & string, what: string): z.ZodCustom<T, T> =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function',
    `must be ${what}`,
  );

/** A duration of at most 30 days, ms. */
export const positiveMs: z.ZodLazy<z.ZodInt> = lazySchema(() =>
  z
    .int()
    .positive()
    .max(30 * 86_400_000),
);

/** An amount of whole and parts, exactly: a safe integer or a decimal string. */
export const exactLimit = lazySchema(() =>
  z.union([z.int().nonnegative(), z.string().regex(/^(0|[1-9]\d{0,77})(\.\d{1,78})?$/, 'must be an exact decimal string')]),
);
