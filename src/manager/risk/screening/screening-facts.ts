import { canonicalize } from '../../../core/canonical.ts';
import type { Json } from '../../../core/store.ts';
import type { ConfiguredExemption } from './configured-list.ts';

/**
 * What the owners sign to let a screening list go. Act `list.change`.
 *
 * @example
 * ```ts
 * import { listDropFacts } from 'castellan';
 *
 * console.log(JSON.stringify(listDropFacts('reports'))); // {"action":"screening.drop","list":"reports"}
 * ```
 */
export function listDropFacts(list: string): Json {
  return { action: 'screening.drop', list };
}

/**
 * What the owners sign to exempt accounts from public lists. Act `list.change`.
 *
 * @param exemptions - all that are to hold beside the configured ones; their order does not matter
 * @example
 * ```ts
 * import { listExemptionFacts } from 'castellan';
 *
 * const shop = { account: 'eip155:1:0x00000000000000000000000000000000000000aa', reason: 'our own shop' };
 * console.log(JSON.stringify(listExemptionFacts([shop]))); // {"action":"screening.exempt","exemptions":[{"account":"eip155:1:0x00000000000000000000000000000000000000aa","expiresMs":null,"overridesSanctions":false,"reason":"our own shop"}]}
 * ```
 */
export function listExemptionFacts(exemptions: readonly ConfiguredExemption[]): Json {
  return { action: 'screening.exempt', exemptions: plainExemptions(exemptions) as unknown as Json };
}

/** Exemptions with their defaults, in one order. */
export function plainExemptions(exemptions: readonly ConfiguredExemption[]): readonly ConfiguredExemption[] {
  const plain = exemptions.map(({ account, reason, overridesSanctions = false, expiresMs = null }) => ({
    account,
    expiresMs,
    overridesSanctions,
    reason,
  }));
  return plain.sort((a, b) => (canonicalize(a) < canonicalize(b) ? -1 : 1));
}
