import { z } from 'zod';
import { lazySchema } from '../../core/schema.ts';
import type { SimulationProvider } from '../../core/simulation-provider.ts';
import { factory, positiveMs } from './fields.ts';

const provider = lazySchema(() =>
  z.strictObject({
    provider: factory<SimulationProvider>('simulate', 'a SimulationProvider: it must have a simulate(question, signal) method').refine(
      ({ name }) => typeof name === 'string' && /^[\x21-\x7e]{1,64}$/.test(name),
      'a provider needs a name of 1 to 64 printable ASCII characters',
    ),
    /** False: where this one gives no answer the deployment does without it. What it does say counts all the same. */
    required: z.boolean().default(true),
    /** By how much its amounts may differ from ours, basis points: it may look at another block. */
    toleranceBps: z.int().min(0).max(1_000).default(0),
  }),
);

/** Whose second opinion about each transaction is asked; each can only deny or ask a person. */
export const simulationSchema = lazySchema(() =>
  z.strictObject({
    providers: z
      .array(provider)
      .max(8)
      .refine((given) => new Set(given.map((one) => one.provider.name)).size === given.length, 'two providers have the same name')
      .readonly()
      .default([]),
    /** How long all of them have to answer, while our own simulation runs. */
    providerTimeoutMs: positiveMs.default(3_000),
  }),
);
