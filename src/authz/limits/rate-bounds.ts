import type { ActionRequest, Command } from '../../core/index.ts';
import type { CompiledPolicy, RateBounds } from '../policy/index.ts';
import { type AgentAccounts, accountsOf } from './ledger-accounts.ts';

/** One bound on how often, as the deciding step takes it. */
export interface RateBound {
  /** The field that says so, e.g. `maxPerHour` or `perUser.burst`. */
  readonly rule: string;
  readonly key: string;
  readonly windowMs: number;
  readonly max: number;
  readonly cooldownMs: number;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
/** Where only a cooldown is set, events are counted all the same. */
const NO_BOUND = 1_000_000;

/** Fields and their windows; each is counted under a key of its own, so that a row never holds more than one window. */
const WINDOWS = [
  ['burst', ':burst', 10 * SECOND_MS],
  ['maxPerMinute', ':minute', 60 * SECOND_MS],
  ['maxPerHour', '', HOUR_MS],
  ['maxPerDay', ':day', 24 * HOUR_MS],
] as const;

/** Made once per agent and policy. */
const ownBounds = new WeakMap<AgentAccounts, readonly RateBound[]>();

/**
 * The bounds that an action has to pass: the agent's own, and those on everything that its user's agents do together. Agent and
 * user come from our own records, never from a request, so that no number of names makes more room.
 */
export function rateBounds(policy: CompiledPolicy, { agentId, userId }: Pick<ActionRequest, 'agentId' | 'userId'>): readonly RateBound[] {
  const accounts = accountsOf(policy, agentId);
  let own = ownBounds.get(accounts);
  if (own === undefined) {
    own = boundsOf(policy.rate, accounts.rate.approved, '');
    ownBounds.set(accounts, own);
  }
  return policy.rate.perUser === null ? own : [...own, ...boundsOf(policy.rate.perUser, `user:${userId}:approved`, 'perUser.')];
}

function boundsOf(bounds: RateBounds, key: string, prefix: string): readonly RateBound[] {
  return WINDOWS.flatMap(([field, suffix, windowMs]): readonly RateBound[] => {
    const cooldownMs = field === 'maxPerHour' ? bounds.cooldownMs : 0;
    const max = bounds[field] ?? (cooldownMs > 0 ? NO_BOUND : null);
    return max === null ? [] : [{ rule: `${prefix}${field}`, key: `${key}${suffix}`, windowMs, max, cooldownMs }];
  });
}

/** The command that takes one event under a bound. */
export function takeOf({ key, windowMs, max, cooldownMs }: RateBound): Extract<Command, { kind: 'rate.take' }> {
  return { kind: 'rate.take', key, windowMs, max, cooldownMs };
}
