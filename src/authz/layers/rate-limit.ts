import { type Command, EMPTY_RATE, eventsIn, type RateRow, type Reason } from '../../core/index.ts';
import { type Layer, type LayerContext, PASS, reason } from '../layer.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';

const HOUR_MS = 3_600_000;
/** The span over which attempts are counted, for bursts. */
export const ATTEMPTS_WINDOW_MS = 60_000;

/** Layer 6: how many actions an hour are approved, and how far apart. The deciding step takes the same count, atomically. */
export const rateLimitLayer: Layer = Object.freeze({
  name: 'rate_limit',
  judge(context) {
    const { policy, nowMs, request } = context;
    const { maxPerHour, cooldownMs } = policy.rate;
    const [key] = accountsOf(policy, request.agentId).rateKeys;
    const fact = context.fact('rate.approved', (state) => {
      const row = (state.row(key as string) as RateRow | undefined) ?? EMPTY_RATE;
      const use = eventsIn(row, HOUR_MS, nowMs);
      return { lastHour: use.count, lastMs: row.lastMs, freeAtMs: use.count < maxPerHour ? null : use.freeAtMs(maxPerHour) };
    });
    const denials: Reason[] = [];
    if (fact.lastMs !== null && nowMs < fact.lastMs + cooldownMs) {
      denials.push(
        reason('cooldown_active', 'The cooldown after the last action is not over.', {
          rule: 'cooldownSeconds',
          resetsAtMs: fact.lastMs + cooldownMs,
          retryable: true,
        }),
      );
    }
    if (fact.lastHour + 1 > maxPerHour) {
      denials.push(
        reason('rate_limited', 'Too many actions in the last hour.', {
          rule: 'maxPerHour',
          limit: String(maxPerHour),
          remaining: '0',
          requested: '1',
          retryable: true,
          ...(fact.freeAtMs === null ? {} : { resetsAtMs: fact.freeAtMs }),
        }),
      );
    }
    return denials.length === 0 ? PASS : { verdict: 'deny', reasons: denials };
  },
} satisfies Layer);

/** The counts that the deciding step takes: an attempt always, an action where one is approved. */
export function rateCommands(context: LayerContext, approved: boolean): readonly Extract<Command, { kind: 'rate.take' }>[] {
  const { policy, request } = context;
  const { rate } = accountsOf(policy, request.agentId);
  const attempt = { kind: 'rate.take', key: rate.attempts, windowMs: ATTEMPTS_WINDOW_MS, max: null, cooldownMs: 0 } as const;
  if (!approved) return [attempt];
  return [
    attempt,
    { kind: 'rate.take', key: rate.approved, windowMs: HOUR_MS, max: policy.rate.maxPerHour, cooldownMs: policy.rate.cooldownMs },
  ];
}
