import type { Names } from '../language/names.ts';
import type { ParsedPermissions } from '../permissions.ts';
import type { PolicyBase } from '../policy-base.ts';
import type { ParsedCap } from './cap-schema.ts';
import type { CapWindowName } from './cap-scope.ts';

/** The cap that agents whose limits are shared have in common. */
const SHARED = 'limits.shared';
const WINDOW_OF = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month', total: 'total' } as const satisfies Record<
  string,
  CapWindowName
>;

/**
 * The permissions with `capLockMode: 'shared'` written out: what the limits bound over time is bounded once more, for all agents that say
 * so together. Each keeps its own limits, and each is held to its own figure over the one account.
 */
export function withSharedLimits(input: ParsedPermissions, base: PolicyBase, names: Names): ParsedPermissions {
  if (input.capLockMode !== 'shared') return input;
  if (Object.keys(input.limits?.assets ?? {}).length > 0)
    names.problems.push('capLockMode: limits of single assets are shared by limits.caps of scope fleet');
  const shared = (Object.keys(WINDOW_OF) as (keyof typeof WINDOW_OF)[]).flatMap((name): ParsedCap[] => {
    const max = input.limits?.[name] ?? base.limits[name];
    return max === undefined ? [] : [{ capId: SHARED, scope: 'fleet', window: WINDOW_OF[name], max }];
  });
  return { ...input, limits: { ...input.limits, caps: [...(input.limits?.caps ?? []), ...shared] } };
}
