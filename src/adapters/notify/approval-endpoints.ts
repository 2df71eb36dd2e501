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
      /** The secret before it: replies that are signed with it are taken until then, a week ahead at most. It signs nothing any more. */
      previous: z.strictObject({ secret: z.string().min(16), until: z.union([z.int().nonnegative(), z.iso.datetime()]) }).optional(),
      /** Also an endpoint on this machine, over http, too. For tests. */
      allowLoopback: z.boolean().default(false),
    })
    .superRefine(isWebEndpoint),
);

/** Refuses two webhooks that lead to the same place: what the one delivered would count as delivered by the other. */
export function areApart(
  providers: readonly unknown[],
  context: { addIssue(issue: { readonly code: 'custom'; path: (string | number)[]; message: string }): void },
): void {
  const seen = new Set<string>();
  for (const [index, provider] of providers.entries()) {
    const { url } = provider as { readonly url?: unknown };
    if (typeof url !== 'string' || !URL.canParse(url)) continue;
    const place = new URL(url).href;
    if (seen.has(place)) context.addIssue({ code: 'custom', path: [index, 'url'], message: 'another webhook leads there already' });
    seen.add(place);
  }
}

/** One webhook with every default in place. */
export type ApprovalWebhookConfig = z.output<typeof approvalWebhookSchema>;
