import { type Command, EMPTY_RATE, eventsIn, type RateRow, type Reason, storeKey } from '../../core/index.ts';
import { type Layer, type LayerContext, PASS, reason } from '../layer.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import { type RateBound, rateBounds, takeOf } from '../limits/rate-bounds.ts';

/** The span over which attempts are counted, for bursts. */
export const ATTEMPTS_WINDOW_MS = 60_000;

/**
 * Layer 6: how many actions are approved in ten seconds, a minute, an hour and a day, and how far apart, by the agent and by all
 * agents of its user. The deciding step takes the same counts, atomically.
 */
export const rateLimitLayer: Layer = Object.freeze({
  name: 'rate_limit',
  judge(context) {
    const denials: Reason[] = [];
    for (const bound of rateBounds(context.policy, context.request)) exceeded(context, bound, denials);
    return denials.length === 0 ? PASS : { verdict: 'deny', reasons: denials };
  },
} satisfies Layer);

/** The hour's count of the agent has its own name: it is the one that every decision has. */
const factOf = (rule: string): string => (rule === 'maxPerHour' ? 'rate.approved' : `rate.approved.${rule}`);

function exceeded(context: LayerContext, { rule, key, windowMs, max, cooldownMs }: RateBound, denials: Reason[]): void {
  const { nowMs } = context;
  const fact = context.fact(factOf(rule), (state) => {
    const row = (state.row(storeKey.rate(key)) as RateRow | undefined) ?? EMPTY_RATE;
    const use = eventsIn(row, windowMs, nowMs);
    const freeAtMs = use.count < max ? null : use.freeAtMs(max);
    return rule === 'maxPerHour'
      ? { lastHour: use.count, lastMs: row.lastMs, freeAtMs }
      : { count: use.count, lastMs: row.lastMs, freeAtMs };
  });
  const count = fact.lastHour ?? fact.count ?? Number.POSITIVE_INFINITY;
  if (fact.lastMs !== null && nowMs < fact.lastMs + cooldownMs) {
    denials.push(
      reason('cooldown_active', 'The cooldown after the last action is not over.', {
        rule: rule.replace('maxPerHour', 'cooldownSeconds'),
        resetsAtMs: fact.lastMs + cooldownMs,
        retryable: true,
      }),
    );
  }
  if (count + 1 > max) {
    denials.push(
      reason('rate_limited', 'Too many actions in this span of time.', {
        rule,
        limit: String(max),
        remaining: '0',
        requested: '1',
        retryable: true,
        ...(fact.freeAtMs === null ? {} : { resetsAtMs: fact.freeAtMs }),
      }),
    );
  }
}

/** The counts that the deciding step takes: an attempt always, an action where one is approved. */
export function rateCommands(context: LayerContext, approved: boolean): readonly Extract<Command, { kind: 'rate.take' }>[] {
  const { policy, request } = context;
  const { rate } = accountsOf(policy, request.agentId);
  const attempt = { kind: 'rate.take', key: rate.attempts, windowMs: ATTEMPTS_WINDOW_MS, max: null, cooldownMs: 0 } as const;
  return approved ? [attempt, ...rateBounds(policy, request).map(takeOf)] : [attempt];
}
