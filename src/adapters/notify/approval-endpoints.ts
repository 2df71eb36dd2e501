import { z } from 'zod';
import { lazySchema } from '../../core/schema.ts';
import { isWebEndpoint } from './endpoints.ts';

/** A webhook of approvals, as a configuration has it. */
export const approvalWebhookSchema = lazySchema(() =>
  z
    .strictObject({
      kind: z.literal('webhook'),
      /** https to a public host. */
      url: z.string(),
      /** Signs requests and replies; the other side has it too. It approves nothing. */
      secret: z.string().min(16),
      /** Also an endpoint on this machine, over http, too. For tests. */
      allowLoopback: z.boolean().default(false),
    })
    .superRefine(isWebEndpoint),
);

/** One webhook with every default in place. */
export type ApprovalWebhookConfig = z.output<typeof approvalWebhookSchema>;
