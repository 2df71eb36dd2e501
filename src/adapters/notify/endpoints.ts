import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { Notifier } from '../../core/notifier.ts';
import type { Random } from '../../core/random.ts';
import { lazySchema } from '../../core/schema.ts';
import { createEmailNotifier, isMailAddress } from './email.ts';
import { type Lookup, parseWebEndpoint } from './ssrf.ts';
import { createWebhookNotifier } from './webhook.ts';

const mailAddress = lazySchema(() => z.string().refine(isMailAddress, 'must be one plain address such as security@example.com'));

/** The mail server, as a configuration has it. */
export const smtpSchema = lazySchema(() =>
  z.strictObject({
    host: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'must be a host name or an address'),
    port: z.int().positive().max(65_535).default(587),
    /** TLS from the first byte; else STARTTLS is required. */
    secure: z.boolean().default(false),
    user: z.string().min(1).optional(),
    pass: z.string().min(1).optional(),
    from: mailAddress,
    ca: z.string().optional(),
  }),
);

/** Where notices go, as a configuration has it. */
export const notificationEndpointSchema = lazySchema(() =>
  z.discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('webhook'),
        url: z.string(),
        secret: z.string().min(16).optional(),
        /** Also endpoints on this machine, over http, too. For tests. */
        allowLoopback: z.boolean().default(false),
      })
      .superRefine(isWebEndpoint),
    z.strictObject({ type: z.literal('email'), address: mailAddress, smtp: smtpSchema.optional() }),
  ]),
);

/** Refuses a URL that nothing is sent to, and does not repeat it. */
export function isWebEndpoint(
  { url, allowLoopback }: { readonly url: string; readonly allowLoopback: boolean },
  context: { addIssue(issue: { readonly code: 'custom'; path: string[]; message: string }): void },
): void {
  try {
    parseWebEndpoint(url, { allowLoopback });
  } catch (error) {
    const reason = isCastellanError(error) ? error.details['reason'] : 'malformed';
    context.addIssue({ code: 'custom', path: ['url'], message: `notices are not sent to this URL (${String(reason)})` });
  }
}

/** One endpoint with every default in place. */
export type NotificationEndpoint = z.output<typeof notificationEndpointSchema>;
/** The mail server with every default in place. */
export type SmtpConfig = z.output<typeof smtpSchema>;

/** What notifiers of endpoints stand on. */
export interface NotifiersOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The mail server of endpoints that name none. */
  readonly smtp?: SmtpConfig | undefined;
  readonly lookup?: Lookup | undefined;
}

/**
 * Makes the notifiers of configured endpoints. An address without any mail server keeps its notices in the outbox, where
 * health shows that nobody gets them.
 * @throws CONFIG_INVALID
 */
export function createNotifiers(endpoints: readonly NotificationEndpoint[], options: NotifiersOptions): readonly Notifier[] {
  const { clock, random, lookup } = options;
  const made = endpoints.map((endpoint): Notifier => {
    if (endpoint.type === 'webhook') {
      const { url, secret, allowLoopback } = endpoint;
      return createWebhookNotifier({ url, secret, allowLoopback, clock, random, lookup });
    }
    const smtp = endpoint.smtp ?? options.smtp;
    if (smtp !== undefined) return createEmailNotifier({ address: endpoint.address, smtp, clock });
    const { id } = createEmailNotifier({ address: endpoint.address, smtp: { host: 'localhost', port: 25, from: endpoint.address }, clock });
    return Object.freeze<Notifier>({ id, notify: () => Promise.reject(withoutServer()) });
  });
  // The same endpoint twice is one.
  return made.filter((notifier, index) => made.findIndex(({ id }) => id === notifier.id) === index);
}

function withoutServer(): CastellanError {
  return new CastellanError('NOTIFICATION_FAILED', { message: 'No mail server is configured.', details: { reason: 'smtp_missing' } });
}
