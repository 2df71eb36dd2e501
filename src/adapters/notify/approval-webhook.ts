import type { ApprovalErrand, ApprovalProvider, ApprovalRequest } from '../../core/approval.ts';
import { taggedDigest, toHex } from '../../core/digest.ts';
import { applyStep, readDoc } from '../../core/doc.ts';
import type { SecurityEvent } from '../../core/event.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Random } from '../../core/random.ts';
import type { Command, Store } from '../../core/store.ts';
import { type Backoff, backoffMs, pause } from './backoff.ts';
import { errorName } from './delivery.ts';
import { createLanes } from './lanes.ts';
import { signApprovalWebhook } from './nonce-signature.ts';
import { plainId } from './plain-text.ts';
import { createReplyDesk, type PreviousSecret, type ReplyDesk } from './reply-desk.ts';
import { createPoster, type PosterOptions } from './signed-post.ts';
import { SIGNATURE_HEADER } from './webhook-signature.ts';
import { createWebhookStanding } from './webhook-standing.ts';

/** What a webhook of approvals is made of. */
export interface ApprovalWebhookOptions extends PosterOptions {
  /** Signs requests and replies, 16 characters or more. */
  readonly secret: string;
  /** The secret before it: replies that are signed with it are taken until then. */
  readonly previous?: PreviousSecret | undefined;
  readonly random: Random;
  readonly store: Store;
  readonly tenant: string;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
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
/** Posts under way at once: each holds a connection for up to its time-out. */
const MAX_AT_ONCE = 16;

/**
 * Makes a provider that posts each request as JSON, until the endpoint takes it or it is over: the open request in the store is
 * the queue, a mark beside it says that it was delivered, and whatever process runs goes on after a restart.
 *
 * ```text
 * POST <path>   castellan-signature: t=<seconds>,n=<nonce>,v1=<HMAC>   idempotency-key: <approval id>   {"v":1,"type":"approval_request","request":{…}}
 * ```
 *
 * Requests of one agent go one by one, sixteen at once in all: whoever makes an agent ask much holds up nobody else's. That it
 * keeps failing, works again, or got a request to nobody in time is told by `health_changed` events.
 *
 * @throws CONFIG_INVALID for a URL that nothing is sent to, a short secret, or one that was replaced and stays for too long
 */
export function createApprovalWebhook(options: ApprovalWebhookOptions): ApprovalWebhook {
  const { clock, random, store, secret, backoff = BACKOFF } = options;
  const post = createPoster(options);
  const hash = taggedDigest('castellan.approval-webhook.v1', options.url).slice(0, 16);
  const id = `webhook:${hash}`;
  const sentDoc = (approvalId: string): string => `approval-webhook/${hash}/sent/${approvalId}`;
  const standing = createWebhookStanding({ ...options, id, sentDoc, standingDoc: `approval-webhook/${hash}/standing` });
  const desk = createReplyDesk({ ...options, nowMs: clock.nowMs() });
  const underWay = new Set<string>();
  const delivered = new Set<string>();
  const lanes = createLanes(MAX_AT_ONCE);
  let health: ApprovalWebhookHealth = { id, failures: 0, lastDeliveredAtMs: null, lastError: null };

  const send = async (request: ApprovalRequest, ended: AbortSignal): Promise<void> => {
    const body = JSON.stringify({ v: 1, type: 'approval_request', request });
    const headers = (): Readonly<Record<string, string>> => ({
      'idempotency-key': plainId(request.id),
      [SIGNATURE_HEADER]: signApprovalWebhook(secret, {
        direction: 'request',
        body,
        nonce: toHex(random.bytes(16)),
        nowMs: clock.nowMs(),
      }),
    });
    try {
      await post(body, headers, ended);
    } catch (error) {
      if (!ended.aborted) await standing.failed(errorName(error), request);
      throw error;
    }
    remember(request.id);
    health = { id, failures: 0, lastDeliveredAtMs: clock.nowMs(), lastError: null };
    await applyStep(store, { commands: [{ kind: 'doc.put', key: sentDoc(request.id), value: { atMs: clock.nowMs() } }] });
    await standing.taken();
  };
  const remember = (approvalId: string): void => {
    if (delivered.size >= MAX_REMEMBERED) delivered.clear();
    delivered.add(approvalId);
  };
  const deliver = async (request: ApprovalRequest, { state, ended }: ApprovalErrand): Promise<void> => {
    let lastError: string | null = null;
    if ((await readDoc(store, sentDoc(request.id))) !== undefined) return remember(request.id);
    for (let failures = 1; !ended.aborted; failures += 1) {
      try {
        return await lanes.run(request.agent, async () => {
          if (ended.aborted || delivered.has(request.id)) return;
          const now = await state();
          if (now === 'pending') await send(request, ended);
          // One that somebody answered meanwhile was with people all the same.
          else if (now === 'expired') await standing.missed(lastError, request);
        });
      } catch (error) {
        // What was taken there and could not be marked here is not sent again by this process.
        if (ended.aborted || delivered.has(request.id)) return;
        lastError = errorName(error);
        health = { ...health, failures: health.failures + 1, lastError };
      }
      const leftMs = request.expiresAtMs - clock.nowMs();
      const delayMs = backoffMs(backoff, failures, random);
      // At its end it is looked at once more, to tell that nobody got it.
      await pause(clock, leftMs > 0 ? Math.min(delayMs, leftMs) : delayMs, ended);
    }
  };

  return Object.freeze<ApprovalWebhook>({
    name: id,
    resumes: true,
    desk,
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
