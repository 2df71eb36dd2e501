import type { Clock } from '../../core/clock.ts';
import { applyStep } from '../../core/doc.ts';
import { CastellanError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { Store } from '../../core/store.ts';
import { appendOutside, type OutsideEventInput, toOutsideEvent } from './outside-event.ts';

/** What writing outside events needs. */
export interface OutsideWriterOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Outside events a minute, over all processes on the store. */
  readonly maxPerMinute: number;
}

/** How many outside events this process wrote, and how many it refused. */
export interface OutsideHealth {
  readonly accepted: number;
  /** Malformed, too many, or not written because the store failed. */
  readonly refused: number;
  /** Accepted ones in which a value looked like a secret. */
  readonly redacted: number;
}

/** Writes outside events. */
export interface OutsideWriter {
  write(event: OutsideEventInput): Promise<string>;
  health(): OutsideHealth;
}

/** Events that wait for the store at once, 32 KiB each at most: beyond it a flood would fill the memory before the bound of a minute counts it. */
const MAX_WAITING = 256;
/** Rate key; no agent id holds a colon. */
const RATE_KEY = 'audit:outside';

/** Makes the writer. Counting and appending are one step. */
export function createOutsideWriter(options: OutsideWriterOptions): OutsideWriter {
  const { store, tenant, clock, random, maxPerMinute } = options;
  let waiting = 0;
  let accepted = 0;
  let refused = 0;
  let redacted = 0;

  const append = async (input: OutsideEventInput): Promise<string> => {
    if (waiting >= MAX_WAITING) throw tooMany({ limit: MAX_WAITING });
    const at = clock.nowMs();
    const event = toOutsideEvent(input, { id: newId(random, at), tenant, at });
    const take = { kind: 'rate.take', key: RATE_KEY, windowMs: 60_000, max: maxPerMinute, cooldownMs: 0 } as const;
    waiting += 1;
    try {
      const result = await applyStep(store, { commands: [take, appendOutside(event)] });
      if (!result.ok && result.reason.code === 'rate_limited')
        throw tooMany({ limit: maxPerMinute, resetsAtMs: result.reason.resetsAtMs ?? null });
      if (!result.ok)
        throw new CastellanError('STORE_UNAVAILABLE', {
          message: 'The store refused an audit event.',
          details: { reason: result.reason.code },
          retryable: true,
        });
    } finally {
      waiting -= 1;
    }
    accepted += 1;
    if (event.details.redacted.length > 0) redacted += 1;
    return event.id;
  };

  return {
    write(input) {
      const written = append(input);
      // A caller that does not wait must not end the process by flooding the log; health shows what was refused.
      written.catch(() => {
        refused += 1;
      });
      return written;
    },
    health: () => ({ accepted, refused, redacted }),
  };
}

function tooMany(facts: { readonly limit: number; readonly resetsAtMs?: number | null }): CastellanError {
  return new CastellanError('REQUEST_DENIED', {
    message: 'Too many outside events; this one was not logged.',
    details: { reason: 'rate_limited', ...facts },
    retryable: true,
  });
}
