import type { Json } from '../../core/store.ts';

/**
 * What the owners sign to allow a loosening: the agent and its whole permissions afterwards. Act `policy.change`.
 *
 * @param agentId - the agent whose permissions change
 * @param permissions - all of them, as they will be
 * @example
 * ```ts
 * import { policyChangeFacts } from 'castellan';
 *
 * const facts = policyChangeFacts('a1', { limits: { unit: 'ETH', daily: 5 } });
 * console.log(facts); // { agentId: 'a1', permissions: { limits: { unit: 'ETH', daily: 5 } } }
 * ```
 */
export function policyChangeFacts(agentId: string, permissions: Json): Json {
  return { agentId, permissions };
}
