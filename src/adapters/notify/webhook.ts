import type { Clock } from '../../core/clock.ts';
import { taggedDigest } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { Notice, Notifier } from '../../core/notifier.ts';
import type { Random } from '../../core/random.ts';
import { type Backoff, backoffMs, pause } from './backoff.ts';
import { plainId } from './plain-text.ts';
import { createPoster } from './signed-post.ts';
import type { Lookup } from './ssrf.ts';
import { SIGNATURE_HEADER, signWebhook } from './webhook-signature.ts';

/** What a webhook is made of. */
export interface WebhookOptions {
  /** https to a public host; it may hold a token, and is never printed. */
  readonly url: string;
  /** Signs each request, 16 characters or more; see `verifyWebhook`. Without it nothing proves who sent it. */
  readonly secret?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Default: DNS. Its answers are checked, and connected to. */
  readonly lookup?: Lookup | undefined;
  /** Also http and https to this machine. Default false. */
  readonly allowLoopback?: boolean | undefined;
  /** Bounds one attempt, looking the name up included, ms. Default 8,000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts of one call. Default 3. */
  readonly attempts?: number | undefined;
  readonly backoff?: Backoff | undefined;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
}

const BACKOFF: Backoff = { firstMs: 500, mostMs: 2_000 };
/** Longest body, bytes: a notice is bounded far below. */
const MAX_BODY_BYTES = 65_536;

/**
 * Makes a notifier that posts each notice as JSON.
 *
 * ```text
 * POST <path>    castellan-signature: t=<seconds>,v1=<HMAC-SHA-256(secret, "<seconds>.<body>")>    idempotency-key: <notice id>
 * ```
 *
 * Only a 2xx counts. Time-outs, broken connections, 5xx, 408, 425 and 429 are tried again with growing pauses; redirects
 * are not followed. Each attempt looks the name up anew, checks every address, and connects to what it checked.
 *
 * @param options - HTTPS URL, secret, clock and randomness; `timeoutMs` in milliseconds
 * @throws CONFIG_INVALID for a URL that notices are not sent to, or a short secret
 * @example
 * ```ts
 * import { createWebhookNotifier, isCastellanError } from 'castellan';
 * import { createManualClock, createSeededRandom } from 'castellan/testing';
 *
 * const parts = { secret: 'thirty-two characters of a secret', clock: createManualClock(), random: createSeededRandom(1) };
 * console.log(typeof createWebhookNotifier({ ...parts, url: 'https://hooks.acme.example/castellan' }).notify); // function
 * try {
 *   createWebhookNotifier({ ...parts, url: 'http://hooks.acme.example/' });
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // CONFIG_INVALID
 * }
 * ```
 */
export function createWebhookNotifier(options: WebhookOptions): Notifier {
  const { clock, random, secret, attempts = 3, backoff = BACKOFF } = options;
  const post = createPoster(options);
  const attempt = (notice: Notice, body: string, given: AbortSignal): Promise<void> =>
    post(
      body,
      () => ({
        'idempotency-key': plainId(notice.id),
        ...(secret === undefined ? {} : { [SIGNATURE_HEADER]: signWebhook(secret, body, clock.nowMs()) }),
      }),
      given,
    );

  return Object.freeze<Notifier>({
    id: `webhook:${taggedDigest('castellan.notifier.v1', options.url).slice(0, 16)}`,
    async notify(notice, signal = new AbortController().signal) {
      const body = JSON.stringify(notice);
      if (Buffer.byteLength(body) > MAX_BODY_BYTES)
        throw new CastellanError('NOTIFICATION_FAILED', { message: 'The notice is too long.', details: { reason: 'too_large' } });
      for (let tried = 1; ; tried += 1) {
        try {
          return await attempt(notice, body, signal);
        } catch (error) {
          if (signal.aborted || !isCastellanError(error) || !error.retryable || tried >= attempts) throw error;
          const asked = Number(error.details['retryAfterSeconds'] ?? 0) * 1_000;
          // Whoever asks for a long pause gets it from the caller, who tries again later.
          if (asked > backoff.mostMs) throw error;
          await pause(clock, Math.max(asked, backoffMs(backoff, tried, random)), signal);
        }
      }
    },
  });
}
