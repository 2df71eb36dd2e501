import { z } from 'zod';

/** Something the deployment brings along, told by a method that it has. */
export const factory = <T>(method: keyof T & string, what: string): z.ZodCustom<T, T> =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function',
    `must be ${what}`,
  );

/** A duration of at most 30 days, ms. */
export const positiveMs: z.ZodInt = z
  .int()
  .positive()
  .max(30 * 86_400_000);

/** An amount of whole and parts, exactly: a safe integer or a decimal string. */
export const exactLimit = z.union([z.int().nonnegative(), z.string().regex(/^(0|[1-9]\d*)(\.\d+)?$/, 'must be an exact decimal string')]);
