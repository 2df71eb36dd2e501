import { z } from 'zod';
import { describeIssues, requestIdSchema } from '../core/schema.ts';

const text = (max: number) => z.string().max(max);
const bytes = z.union([z.instanceof(Uint8Array), z.string().regex(/^(0x)?([0-9a-fA-F]{2})*$/, 'must be bytes in hex').max(262_144)]);

/** What an agent hands in; every field optional but those that its kind needs. Unknown fields are refused. */
export const agentRequestSchema = z.strictObject({
  id: requestIdSchema.optional(),
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
  transaction: bytes.optional(),
  calls: z.array(z.strictObject({ to: text(256), value: text(100).optional(), data: bytes.optional() })).max(64).optional(),
  chain: text(64).optional(),
  wallet: text(256).optional(),
  maxFee: text(100).optional(),
  notAfter: z.int().positive().optional(),
  timestamp: z.union([z.date(), z.number(), text(64)]).optional(),
  context: z
    .strictObject({ intent: text(4_096).optional(), strategy: text(128).optional(), confidence: z.number().min(0).max(1).optional(), sessionId: text(128).optional() })
    .optional(),
  narrow: z
    .strictObject({ maxAmount: text(100).optional(), allowedDestinations: z.array(text(256)).max(1_000).optional(), requireApproval: z.boolean().optional(), maxFee: text(100).optional() })
    .optional(),
});

/** A request as an agent writes it. */
export type AgentRequest = z.input<typeof agentRequestSchema>;
export type ParsedAgentRequest = z.output<typeof agentRequestSchema>;

/** Parses a request, or names every wrong field. Never throws. */
export function parseAgentRequest(input: unknown): { readonly ok: true; readonly value: ParsedAgentRequest } | { readonly ok: false; readonly problems: readonly string[] } {
  try {
    const parsed = agentRequestSchema.safeParse(input);
    return parsed.success ? { ok: true, value: parsed.data } : { ok: false, problems: describeIssues(parsed.error) };
  } catch {
    return { ok: false, problems: ['request: unreadable'] };
  }
}
