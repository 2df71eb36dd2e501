import { z } from 'zod';
import { CastellanError } from '../core/errors.ts';
import { TRUST_LABELS } from '../core/request.ts';
import { describeIssues, lazySchema, requestIdSchema } from '../core/schema.ts';
import { NotPlainData, snapshot } from './snapshot.ts';

/** Longest byte string of a request: calldata of that size fits no block. */
export const MAX_BYTES = 131_072;
/** Problems told of one request, and the longest text of each. */
const MAX_PROBLEMS = 32;
const MAX_PROBLEM = 200;

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
const bytes = lazySchema(() =>
  z.union([
    z.custom<Uint8Array>(
      (value) => value instanceof Uint8Array && value.length <= MAX_BYTES,
      `must be a Uint8Array of at most ${MAX_BYTES} bytes`,
    ),
    z
      .string()
      .max(2 * MAX_BYTES + 2)
      .regex(/^(0x)?([0-9a-fA-F]{2})*$/, 'must be bytes in hex'),
  ]),
);

const narrowSchema = lazySchema(() =>
  z.strictObject({
    /** Of the asset that the request names. */
    maxAmount: text(100).optional(),
    allowedDestinations: z.array(text(256)).max(1_000).readonly().optional(),
    requireApproval: z.boolean().optional(),
    maxFee: text(100).optional(),
  }),
);

const flows = lazySchema(() => z.union([text(400), z.array(text(400)).max(16).readonly()]));

/** What a quote promised; held against the simulation, and can only deny. */
const expectSchema = lazySchema(() =>
  z.strictObject({
    /** All that may leave the wallet, fees apart: `<= 1.5 ETH`, or several of them; an empty list lets nothing leave. */
    out: flows.optional(),
    /** What must come: `>= 1490 USDC`, or several of them. */
    in: flows.optional(),
    /** Who gains it; the wallet where left out. */
    recipient: text(256).optional(),
    /** The only account that may be given a right to take. */
    spender: text(256).optional(),
    /** By how much more than decided may leave when it is simulated again before it is signed, basis points; room is taken for it. */
    toleranceBps: z.int().min(0).max(1_000).optional(),
  }),
);

/** What an agent hands in; every field optional but those that its kind needs. Unknown fields are refused. */
const agentRequestSchema = lazySchema(() =>
  z.strictObject({
    id: requestIdSchema.optional(),
    /** May repeat the agent and the user that the handle stands for; naming others is refused. */
    agentId: text(64).optional(),
    userId: text(64).optional(),
    type: text(32).optional(),
    to: text(256).optional(),
    destination: text(256).optional(),
    spender: text(256).optional(),
    from: text(256).optional(),
    amount: text(100).optional(),
    asset: text(256).optional(),
    currency: text(256).optional(),
    value: text(100).optional(),
    data: bytes.optional(),
    /** Text that travels with a transfer, on chains that carry one. */
    comment: text(1_024).optional(),
    transaction: bytes.optional(),
    calls: z
      .array(
        z.strictObject({
          to: text(256),
          value: text(100).optional(),
          data: bytes.optional(),
          /** The chain's own terms of the call; see the adapter. */
          terms: z.record(text(32), text(65_536)).optional(),
        }),
      )
      .max(64)
      .readonly()
      .optional(),
    chain: text(64).optional(),
    wallet: text(256).optional(),
    maxFee: text(100).optional(),
    notAfter: z.int().positive().optional(),
    timestamp: z.union([z.date(), z.number(), text(64)]).optional(),
    context: z
      .strictObject({
        intent: text(4_096).optional(),
        strategy: text(128).optional(),
        confidence: z.number().min(0).max(1).optional(),
        sessionId: text(128).optional(),
        /** Where the content that made the agent ask came from; counts as nothing better than the policy's `maxTrust`. */
        trust: z.enum(TRUST_LABELS).optional(),
      })
      .optional(),
    narrow: narrowSchema.optional(),
    expect: expectSchema.optional(),
  }),
);

const executeOptionsSchema = lazySchema(() =>
  z.strictObject({
    /** Waits this long for a person's answer instead of the configured time, ms. */
    approvalWaitMs: z.int().nonnegative().max(86_400_000).optional(),
    /** Waits this long for finality instead of the configured time, ms. */
    settleTimeoutMs: z.int().positive().max(86_400_000).optional(),
    /** Bounds on top of the policy; they can only tighten. Not beside a `narrow` in the request. */
    narrow: narrowSchema.optional(),
  }),
);

/** A request as an agent writes it. */
export type AgentRequest = z.input<typeof agentRequestSchema>;
/** The fields of a request, copied and checked in form. */
export type ParsedAgentRequest = z.output<typeof agentRequestSchema>;
/** A request after its form was checked, or what is wrong with it. */
export type RequestForm =
  | { readonly ok: true; readonly value: ParsedAgentRequest }
  | { readonly ok: false; readonly problems: readonly string[] };
/** Options of one execution. */
export type ExecuteOptions = z.input<typeof executeOptionsSchema>;

/** The form of what is wrong in these ways; each is told shortly. */
export const refusedForm = (problems: readonly string[]): RequestForm => ({
  ok: false,
  problems: problems.slice(0, MAX_PROBLEMS).map((problem) => problem.slice(0, MAX_PROBLEM).toWellFormed()),
});

/** Copies a request at once and checks its form, or names every wrong field. Never throws. */
export function parseAgentRequest(input: unknown, narrow?: ExecuteOptions['narrow']): RequestForm {
  try {
    const parsed = agentRequestSchema.safeParse(snapshot(input));
    if (!parsed.success) return refusedForm(describeIssues(parsed.error));
    if (narrow === undefined) return { ok: true, value: parsed.data };
    return parsed.data.narrow === undefined ? { ok: true, value: { ...parsed.data, narrow } } : refusedForm(['narrow: given twice']);
  } catch (error) {
    return refusedForm([error instanceof NotPlainData ? `request: ${error.message}` : 'request: cannot be read']);
  }
}

/** Reads the options of an execution. @throws REQUEST_INVALID naming every wrong field */
export function parseExecuteOptions(input: unknown): z.output<typeof executeOptionsSchema> {
  let problems = ['options: cannot be read'];
  try {
    const parsed = executeOptionsSchema.safeParse(snapshot(input));
    if (parsed.success) return parsed.data;
    problems = describeIssues(parsed.error).map((problem) => problem.slice(0, MAX_PROBLEM));
  } catch {
    // What cannot be read is refused like what is wrong.
  }
  throw new CastellanError('REQUEST_INVALID', {
    message: `The options are wrong: ${problems.slice(0, MAX_PROBLEMS).join('; ')}`,
    details: { problems },
  });
}
