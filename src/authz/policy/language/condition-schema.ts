import { z } from 'zod';
import { lazySchema } from '../../../core/schema.ts';
import { text } from '../caps/amount-schema.ts';

/** Conditions as people write them: one comparison, or a join of several. */
export type ConditionInput =
  | {
      readonly field: string;
      readonly operator: string;
      readonly value: string | number | boolean | readonly (string | number)[];
      /** IANA name of the zone that a field of time is read in; UTC where unset. */
      readonly timeZone?: string | undefined;
    }
  | { readonly all: readonly ConditionInput[] }
  | { readonly any: readonly ConditionInput[] }
  | { readonly not: ConditionInput };

/** Read in its turn, so that nothing nests deeper than what reads it. */
const inner = z.custom<ConditionInput>((value) => typeof value === 'object' && value !== null, 'must be a condition');
const inners = z.array(inner).min(1).max(64).readonly();

const comparison = lazySchema(() =>
  z.strictObject({
    field: text,
    operator: text,
    value: z.union([
      z.string().max(1_024),
      z.number(),
      z.boolean(),
      z
        .array(z.union([z.string().max(1_024), z.number()]))
        .min(1)
        .max(10_000)
        .readonly(),
    ]),
    /** IANA name of the zone that a field of time is read in; UTC where unset. */
    timeZone: text.optional(),
  }),
);

/** One comparison, or a join of at least one condition: all of them, any of them, or not the one. */
export const conditionSchema = lazySchema(() =>
  z.union([comparison, z.strictObject({ all: inners }), z.strictObject({ any: inners }), z.strictObject({ not: inner })]),
);
export type ParsedCondition = z.output<typeof comparison>;
