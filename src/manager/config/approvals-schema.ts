import { z } from 'zod';
import { approvalWebhookSchema, areApart } from '../../adapters/notify/index.ts';
import { approvalQuorumSchema } from '../../authz/index.ts';
import type { ApprovalProvider } from '../../core/approval.ts';
import { lazySchema } from '../../core/schema.ts';
import { factory, positiveMs } from './fields.ts';

/** How people are asked. */
export const approvalsSchema = lazySchema(() =>
  z.strictObject({
    /** How long a request for approval stays open. Cancel on time-out is the hard default. */
    ttlMs: positiveMs.default(3_600_000),
    /** How long `execute` itself waits for the answer; 0 answers `approval_pending` at once. */
    waitMs: z.int().nonnegative().max(86_400_000).default(0),
    /** Bring requests to people; see `createMemoryApprovalProvider`. */
    providers: z
      .array(z.union([factory<ApprovalProvider>('notify', 'an approval provider'), approvalWebhookSchema]))
      .max(16)
      .superRefine(areApart)
      .readonly()
      .default([]),
    /** Replies to webhooks are taken on this port of 127.0.0.1; without it, by `approvals.handleReply` alone. */
    replyPort: z.int().min(1).max(65_535).optional(),
    /** Whose yes it takes, for every agent; its own permissions may ask for more. */
    quorums: z.array(approvalQuorumSchema).max(16).readonly().default([]),
  }),
);
