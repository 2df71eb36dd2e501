import type { RateRow } from '../../../core/rate.ts';
import { countEvent, EMPTY_RATE, eventsIn } from '../../../core/rate.ts';
import type { Reason } from '../../../core/reason.ts';
import type { Command } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isCount, isText } from './shape.ts';

/** Counts one event unless that breaks the bound or the cooldown. */
export function takeRate(context: StepContext, command: Extract<Command, { kind: 'rate.take' }>): Reason | undefined {
  const { windowMs, max, cooldownMs } = command;
  if (!isText(command.key) || !isCount(windowMs, 1) || !isCount(cooldownMs) || (max !== null && !isCount(max))) return malformed('rate');
  const key = storeKey.rate(command.key);
  const row = readRow<RateRow>(context.rows, key) ?? EMPTY_RATE;
  const readyAtMs = row.lastMs === null ? 0 : row.lastMs + cooldownMs;
  if (max !== null && cooldownMs > 0 && context.openAtMs < readyAtMs) {
    return refuse('cooldown_active', 'The cooldown after the last one is not over.', { resetsAtMs: readyAtMs, rule: command.key });
  }
  if (max !== null) {
    const seen = eventsIn(row, windowMs, context.openAtMs);
    if (seen.count + 1 > max) {
      return refuse('rate_limited', 'Too many in this window.', {
        rule: command.key,
        limit: String(max),
        remaining: String(Math.max(0, max - seen.count)),
        requested: '1',
        retryable: max > 0,
        ...(max > 0 && seen.freeAtMs(max) !== null ? { resetsAtMs: seen.freeAtMs(max) as number } : {}),
        facts: { windowMs },
      });
    }
  }
  context.rows.put(key, countEvent(row, windowMs, max, context.closeAtMs, context.openAtMs));
  return undefined;
}
