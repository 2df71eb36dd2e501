import { hmacSha256Hex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { Store } from '../../core/store.ts';
import { createSeenNonces, type SeenNonces } from './seen-nonces.ts';

/** A secret that another one took the place of, and until when replies may still be signed with it. */
export interface PreviousSecret {
  readonly secret: string;
  readonly untilMs: TimeMs;
}

/** A secret that replies are judged by, and the nonces that were used with it. */
export interface ReplyKey {
  readonly secret: string;
  readonly nonces: SeenNonces;
}

/** Where the replies to one webhook are judged. */
export interface ReplyDesk {
  /** The secrets that count at a moment, the one that signs first. */
  keysAt(nowMs: TimeMs): readonly ReplyKey[];
}

/** A secret that is replaced may be known to others: it is given up within a week. */
const MOST_MS = 7 * 86_400_000;
/** One document for all webhooks of a store: a reply counts once, whatever URL its webhook has by then. */
const NONCES = 'approval-webhook/nonces';

/** Makes the desk of a webhook. @throws CONFIG_INVALID for a secret that was replaced and stays for more than a week */
export function createReplyDesk(options: {
  readonly store: Store;
  readonly secret: string;
  readonly previous?: PreviousSecret | undefined;
  readonly nowMs: TimeMs;
}): ReplyDesk {
  const { store, secret, previous, nowMs } = options;
  if (previous !== undefined && !(Number.isSafeInteger(previous.untilMs) && previous.untilMs - nowMs <= MOST_MS))
    throw refused('A secret that is replaced is taken for a week at most.', 'previous.until');
  if (previous !== undefined && (previous.secret === secret || previous.secret.length < 16))
    throw refused('The secret that is replaced is another one, of 16 characters or more.', 'previous.secret');
  const keyOf = (given: string): ReplyKey => ({ secret: given, nonces: createSeenNonces(store, NONCES, tagOf(given)) });
  const own = keyOf(secret);
  const former = previous === undefined ? undefined : { key: keyOf(previous.secret), untilMs: previous.untilMs };
  return { keysAt: (atMs) => (former !== undefined && atMs < former.untilMs ? [own, former.key] : [own]) };
}

/** Tells secrets apart and gives none away: whoever reads the store learns 16 bits of what has hundreds. */
function tagOf(secret: string): string {
  return hmacSha256Hex(secret, 'castellan.approval-nonces.v1').slice(0, 4);
}

function refused(message: string, reason: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message, details: { reason } });
}
