import { type LoopbackServer, serveLoopback } from '../adapters/host/index.ts';
import {
  type ApprovalReply,
  type ApprovalWebhook,
  type ApprovalWebhookHealth,
  createApprovalWebhook,
  judgeReply,
  MAX_REPLY_BYTES,
  type ReplyAnswer,
} from '../adapters/notify/index.ts';
import type { ApprovalAnswer, ApprovalProvider, ApprovalRecord } from '../core/approval.ts';
import type { SecurityEvent } from '../core/event.ts';
import type { TimeMs } from '../core/ids.ts';
import type { Command, Store } from '../core/store.ts';
import type { Host, ResolvedConfig } from './config.ts';

/** Where requests go to people, and where their replies come in. */
export interface ApprovalDesk {
  readonly providers: readonly ApprovalProvider[];
  /** Judges a reply to a webhook; never throws. */
  handleReply(reply: ApprovalReply): Promise<ReplyAnswer>;
  /** Takes replies on the configured port, where there is one. @throws CONFIG_INVALID */
  open(answer: (answer: ApprovalAnswer) => Promise<ApprovalRecord>): Promise<void>;
  health(): readonly ApprovalWebhookHealth[];
  close(): Promise<void>;
}

const BOUNDS = { maxBodyBytes: MAX_REPLY_BYTES, requestTimeoutMs: 10_000, maxConnections: 64 } as const;

/** What a desk stands on; `command` makes the log entry of an event. */
export interface ApprovalDeskParts {
  readonly host: Host;
  readonly store: Store;
  readonly tenant: string;
  readonly command: (event: SecurityEvent) => Command;
}

/** Makes the providers of a configuration. @throws CONFIG_INVALID */
export function createApprovalDesk(config: ResolvedConfig['approvals'], parts: ApprovalDeskParts): ApprovalDesk {
  const { host, store, tenant, command } = parts;
  const { clock, random } = host;
  const webhooks: ApprovalWebhook[] = [];
  const providers = config.providers.map((given): ApprovalProvider => {
    if (!('kind' in given)) return given;
    const { url, secret, allowLoopback, previous: former } = given;
    const previous = former === undefined ? undefined : { secret: former.secret, untilMs: instantOf(former.until) };
    const webhook = createApprovalWebhook({ url, secret, previous, allowLoopback, clock, random, store, tenant, command });
    webhooks.push(webhook);
    return webhook;
  });
  const desks = webhooks.map(({ desk }) => desk);
  let answering: ((answer: ApprovalAnswer) => Promise<ApprovalRecord>) | undefined;
  let server: LoopbackServer | undefined;
  const handleReply = async (reply: ApprovalReply): Promise<ReplyAnswer> =>
    answering === undefined ? { status: 503, headers: {}, body: '' } : judgeReply(reply, desks, { clock, store, answer: answering });
  return {
    providers,
    handleReply,
    async open(answer) {
      answering = answer;
      if (config.replyPort !== undefined) server = await serveLoopback(config.replyPort, BOUNDS, handleReply);
    },
    health: () => webhooks.map((webhook) => webhook.health()),
    async close() {
      answering = undefined;
      await server?.close();
    },
  };
}

/** An instant of a configuration, ms since the epoch. */
function instantOf(until: number | string): TimeMs {
  return typeof until === 'string' ? Date.parse(until) : until;
}
