import type { ApprovalErrand, ApprovalProvider, ApprovalRequest } from '../../core/approval.ts';
import { taggedDigest, toHex } from '../../core/digest.ts';
import { applyStep, readDoc } from '../../core/doc.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Random } from '../../core/random.ts';
import type { Store } from '../../core/store.ts';
import type { ReplyDesk } from './approval-reply.ts';
import { type Backoff, backoffMs, pause } from './backoff.ts';
import { errorName } from './delivery.ts';
import { signApprovalWebhook } from './nonce-signature.ts';
import { plainId } from './plain-text.ts';
import { createSeenNonces } from './seen-nonces.ts';
import { createPoster, type PosterOptions } from './signed-post.ts';
import { SIGNATURE_HEADER } from './webhook-signature.ts';

/** What a webhook of approvals is made of. */
export interface ApprovalWebhookOptions extends PosterOptions {
  /** Signs requests and replies, 16 characters or more. */
  readonly secret: string;
  readonly random: Random;
  readonly store: Store;
  readonly backoff?: Backoff | undefined;
}

/** How a webhook is doing, as this process sees it. */
export interface ApprovalWebhookHealth {
  readonly id: string;
  /** Failures in a row; 0 after a success. */
  readonly failures: number;
  readonly lastDeliveredAtMs: TimeMs | null;
  /** Code and reason of the last failure; null after a success. */
  readonly lastError: string | null;
}

/** A provider that posts requests, and what its replies are judged by. */
export interface ApprovalWebhook extends ApprovalProvider {
  readonly desk: ReplyDesk;
  health(): ApprovalWebhookHealth;
}

const BACKOFF: Backoff = { firstMs: 2_000, mostMs: 300_000 };
/** Requests whose delivery is remembered without asking the store. */
const MAX_REMEMBERED = 10_000;

/**
 * Makes a provider that posts each request as JSON, until the endpoint takes it or it is over: the open request in the store is
 * the queue, a mark beside it says that it was delivered, and whatever process runs goes on after a restart.
 *
 * ```text
 * POST <path>   castellan-signature: t=<seconds>,n=<nonce>,v1=<HMAC>   idempotency-key: <approval id>   {"v":1,"type":"approval_request","request":{…}}
 * ```
 *
 * Requests of one agent go one by one: whoever makes an agent ask much holds up nobody else's.
 *
 * @throws CONFIG_INVALID for a URL that nothing is sent to, or a short secret
 */
export function createApprovalWebhook(options: ApprovalWebhookOptions): ApprovalWebhook {
  const { clock, random, store, secret, backoff = BACKOFF } = options;
  const post = createPoster(options);
  const hash = taggedDigest('castellan.approval-webhook.v1', options.url).slice(0, 16);
  const id = `webhook:${hash}`;
  const sentDoc = (approvalId: string): string => `approval-webhook/${hash}/sent/${approvalId}`;
  const underWay = new Set<string>();
  const delivered = new Set<string>();
  const lanes = new Map<string, Promise<unknown>>();
  let health: ApprovalWebhookHealth = { id, failures: 0, lastDeliveredAtMs: null, lastError: null };

  const send = async (request: ApprovalRequest, ended: AbortSignal): Promise<void> => {
    const body = JSON.stringify({ v: 1, type: 'approval_request', request });
    await post(
      body,
      () => ({
        'idempotency-key': plainId(request.id),
        [SIGNATURE_HEADER]: signApprovalWebhook(secret, {
          direction: 'request',
          body,
          nonce: toHex(random.bytes(16)),
          nowMs: clock.nowMs(),
        }),
      }),
      ended,
    );
    remember(request.id);
    health = { id, failures: 0, lastDeliveredAtMs: clock.nowMs(), lastError: null };
    await applyStep(store, { commands: [{ kind: 'doc.put', key: sentDoc(request.id), value: { atMs: clock.nowMs() } }] });
  };
  const remember = (approvalId: string): void => {
    if (delivered.size >= MAX_REMEMBERED) delivered.clear();
    delivered.add(approvalId);
  };
  /** One post of an agent at a time, in the order of its requests. */
  const inLane = (agent: string, work: () => Promise<void>): Promise<void> => {
    const turn = (lanes.get(agent) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined).then(() => void (lanes.get(agent) === settled && lanes.delete(agent)));
    lanes.set(agent, settled);
    return turn;
  };
  const deliver = async (request: ApprovalRequest, { isOpen, ended }: ApprovalErrand): Promise<void> => {
    if ((await readDoc(store, sentDoc(request.id))) !== undefined) return remember(request.id);
    for (let failures = 1; !ended.aborted; failures += 1) {
      try {
        return await inLane(request.agent, async () => {
          if (!ended.aborted && !delivered.has(request.id) && (await isOpen())) await send(request, ended);
        });
      } catch (error) {
        // What was taken there and could not be marked here is not sent again by this process.
        if (ended.aborted || delivered.has(request.id)) return;
        health = { ...health, failures: health.failures + 1, lastError: errorName(error) };
      }
      await pause(clock, backoffMs(backoff, failures, random), ended);
    }
  };

  return Object.freeze<ApprovalWebhook>({
    name: id,
    resumes: true,
    desk: { secret, nonces: createSeenNonces(store, `approval-webhook/${hash}/nonces`) },
    health: () => health,
    async notify(request, _respond, errand) {
      if (underWay.has(request.id) || delivered.has(request.id)) return;
      underWay.add(request.id);
      try {
        await deliver(request, errand);
      } finally {
        underWay.delete(request.id);
      }
    },
  });
}
