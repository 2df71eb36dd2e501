import type { PolicyBase } from '../policy-base.ts';
import type { RateLimitingInput } from './cap-schema.ts';

/** Bounds on how often; null bounds nothing. */
export interface RateBounds {
  readonly maxPerMinute: number | null;
  readonly maxPerHour: number | null;
  readonly maxPerDay: number | null;
  /** Most in any ten seconds. */
  readonly burst: number | null;
  readonly cooldownMs: number;
}

/** How often an agent may act, and how often all agents of its user together. */
export interface CompiledRates extends RateBounds {
  readonly maxPerHour: number;
  /** Null where the user's sum is not bounded. */
  readonly perUser: RateBounds | null;
}

type Given = Omit<RateLimitingInput, 'perUser'>;

/** `over` replaces what `base` says, field by field; what is undefined says nothing. */
const joined = (base: Given, over: Given): Given => ({
  ...base,
  ...Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined)),
});

const boundsOf = ({ maxPerMinute, maxPerHour, maxPerDay, burst, cooldownSeconds = 0 }: Given): RateBounds => ({
  maxPerMinute: maxPerMinute ?? null,
  maxPerHour: maxPerHour ?? null,
  maxPerDay: maxPerDay ?? null,
  burst: burst ?? null,
  cooldownMs: cooldownSeconds * 1_000,
});

/** The rates of a policy; what it leaves out is the deployment's. */
export function compileRates(own: RateLimitingInput, base: PolicyBase['rateLimiting']): CompiledRates {
  const { perUser: ownOfUser, ...ownRates } = own;
  const { perUser: baseOfUser, ...baseRates } = base;
  const perUser = ownOfUser === undefined && baseOfUser === undefined ? null : boundsOf(joined(baseOfUser ?? {}, ownOfUser ?? {}));
  const bounds = boundsOf(joined(baseRates, ownRates));
  return { ...bounds, maxPerHour: bounds.maxPerHour ?? base.maxPerHour, perUser };
}
