import { CastellanError } from '../core/errors.ts';
import { newId } from '../core/id.ts';
import type { Host } from './config.ts';
import type { Journal } from './journal.ts';

/** Somebody at a door who may not come in, as the door tells it. */
export interface UnauthorizedAttemptNote {
  /** Which door, such as `gateway`. */
  readonly door: string;
  readonly why: string;
  /** Where they came from, as far as that is known. */
  readonly from: string;
  /** So many attempts lately. */
  readonly count: number;
}

const TEXT = /^[\x20-\x7e]{0,128}$/;

/** Logs the attempt and tells it as `unauthorized_attempt`. @throws REQUEST_INVALID, STORE_UNAVAILABLE */
export async function noteAttempt(
  { host, tenant, journal }: { readonly host: Host; readonly tenant: string; readonly journal: Journal },
  { door, why, from, count }: UnauthorizedAttemptNote,
): Promise<void> {
  if (![door, why, from].every((text) => typeof text === 'string' && TEXT.test(text)) || !Number.isSafeInteger(count) || count < 1)
    throw new CastellanError('REQUEST_INVALID', { message: 'An attempt has door, why and from in plain text, and a count from 1.' });
  const at = host.clock.nowMs();
  const details = { door, why, from, count };
  const event = {
    v: 1,
    id: newId(host.random, at),
    tenant,
    at,
    agent: null,
    severity: 'warning',
    type: 'unauthorized_attempt',
    details,
  } as const;
  await journal.apply([journal.command(event)]);
}
