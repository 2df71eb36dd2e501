import type { ApprovalAnswer, ApprovalRecord } from '../../core/approval.ts';
import type { Clock } from '../../core/clock.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import { verifyApprovalWebhook } from './nonce-signature.ts';
import { readReply } from './reply-body.ts';
import type { ReplyDesk } from './reply-desk.ts';
import { SIGNATURE_HEADER, strictUtf8 } from './webhook-signature.ts';

/** A reply as any HTTP server has it: the body untouched, and header names in whatever case. */
export interface ApprovalReply {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string | Uint8Array;
}

/** What the server answers. */
export interface ReplyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
}

/** An answer is below a kilobyte; EIP-712 signatures of contracts are not taken. */
export const MAX_REPLY_BYTES = 16_384;

/**
 * Judges a reply: POST only, bounded, signed by a webhook's secret, of this minute, for the first time; then the answer in it
 * goes the way of every other, which asks for the approver's own signature. The secret alone approves nothing.
 *
 * Never throws; 405, 413, 401, 400, 404, 409 and 503 say what is wrong, 401 without saying which part.
 */
export async function judgeReply(
  reply: ApprovalReply,
  desks: readonly ReplyDesk[],
  parts: { readonly clock: Clock; readonly store: Store; readonly answer: (answer: ApprovalAnswer) => Promise<ApprovalRecord> },
): Promise<ReplyAnswer> {
  if (reply?.method !== 'POST') return told(405, { code: 'REQUEST_INVALID' }, { allow: 'POST' });
  const { body } = reply;
  if (!(typeof body === 'string' || body instanceof Uint8Array)) return told(400, { code: 'REQUEST_INVALID' });
  if (Buffer.byteLength(body) > MAX_REPLY_BYTES) return told(413, { code: 'REQUEST_INVALID' });
  try {
    const header = headerOf(reply.headers);
    const nowMs = Math.max(parts.clock.nowMs(), await parts.store.now());
    for (const { secret, nonces } of header === undefined ? [] : desks.flatMap((desk) => desk.keysAt(nowMs))) {
      const check = verifyApprovalWebhook(secret, { direction: 'reply', header: header ?? '', body, nowMs });
      if (!check.ok) continue;
      if (!(await nonces.take(check.nonce, check.atMs, nowMs))) break;
      const answer = readReply(typeof body === 'string' ? body : (strictUtf8(body) ?? ''));
      if (answer === undefined) return told(400, { code: 'REQUEST_INVALID' });
      const { request, state } = await parts.answer(answer);
      return told(200, { approvalId: request.id, state });
    }
    return told(401, { code: 'SIGNATURE_INVALID' });
  } catch (error) {
    return failed(error);
  }
}

/** The one signature that a reply carries; undefined where there is none, or more than one. */
function headerOf(headers: ApprovalReply['headers']): string | undefined {
  const values = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    name.toLowerCase() === SIGNATURE_HEADER && value !== undefined ? value : [],
  );
  const [only] = values;
  return values.length === 1 && typeof only === 'string' ? only : undefined;
}

function failed(error: unknown): ReplyAnswer {
  if (!isCastellanError(error)) return told(503, { code: 'INTERNAL' });
  const { reason } = error.details;
  if (error.code === 'APPROVAL_UNKNOWN') return told(404, { code: error.code });
  if (error.code === 'APPROVAL_INVALID')
    return told(409, { code: error.code, reason: typeof reason === 'string' ? reason : 'approval_invalid' });
  return told(503, { code: error.code });
}

function told(status: number, body: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): ReplyAnswer {
  return { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers }, body: JSON.stringify(body) };
}
