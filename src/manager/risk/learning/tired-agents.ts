import { ALARMS_PREFIX, alarmsIn } from '../../../authz/index.ts';
import type { Store } from '../../../core/store.ts';
import { ALARMS_PER_DAY } from '../../../risk/index.ts';

/** Agents looked at; a deployment with more of them under alarm has other worries than which. */
const MOST_LOOKED_AT = 500;

/**
 * Agents that alarmed so often within a day, by habits alone, that more evidence is asked for until it is over. @throws STORE_UNAVAILABLE
 */
export async function tiredAgents(store: Store, nowMs: number): Promise<readonly string[]> {
  const rows = await store.scan(ALARMS_PREFIX, { limit: MOST_LOOKED_AT });
  return rows.flatMap(({ key, value }) => (alarmsIn(value, nowMs) > ALARMS_PER_DAY ? [key.slice(ALARMS_PREFIX.length)] : []));
}
