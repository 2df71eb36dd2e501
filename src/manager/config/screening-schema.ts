import { z } from 'zod';
import { isCastellanError } from '../../core/errors.ts';
import { lazySchema } from '../../core/schema.ts';
import { type OwnExemption, readExemptions } from '../../risk/index.ts';
import { type ConfiguredExemption, type ConfiguredList, listProblem } from '../risk/screening/index.ts';
import { factory, positiveMs } from './fields.ts';

/** Each is looked into for every account. */
const MAX_LISTS = 64;

const list = factory<ConfiguredList>('read', 'a screening list: a source, and a read() that brings it').superRefine((given, context) => {
  const problem = listProblem(given);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

function exemptionProblem(exemptions: readonly ConfiguredExemption[]): string | undefined {
  try {
    readExemptions(exemptions as readonly OwnExemption[], false);
    return undefined;
  } catch (error) {
    return isCastellanError(error) ? error.message : 'must be a list of { account, reason }';
  }
}

/** Lists of accounts that are screened by. */
export const screeningSchema = lazySchema(() =>
  z.strictObject({
    lists: z
      .array(list)
      .max(MAX_LISTS)
      .refine((lists) => new Set(lists.map(({ name }) => name)).size === lists.length, 'two lists have one name')
      .readonly()
      .default([]),
    /** Accounts that the owner exempts from public lists. */
    exemptions: z
      .array(z.custom<ConfiguredExemption>((value) => typeof value === 'object' && value !== null))
      .superRefine((given, context) => {
        const problem = exemptionProblem(given);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
      })
      .readonly()
      .default([]),
    /** False: neither well-known contracts nor the deployment's own tokens are exempt. */
    builtInExemptions: z.boolean().default(true),
    /** How long the first decisions wait for lists that are being loaded, ms. */
    loadTimeoutMs: positiveMs.default(10_000),
  }),
);
