import type { Json } from '../../core/store.ts';

/**
 * What the owners sign to take accounts off the list. Act `list.change`.
 *
 * @param accounts - CAIP-10 ids; their order does not matter
 * @example
 * ```ts
 * import { blacklistRemovalFacts } from 'castellan';
 *
 * console.log(JSON.stringify(blacklistRemovalFacts(['eip155:1:0x22', 'eip155:1:0x11']))); // {"action":"blacklist.remove","accounts":["eip155:1:0x11","eip155:1:0x22"]}
 * ```
 */
export function blacklistRemovalFacts(accounts: readonly string[]): Json {
  return { action: 'blacklist.remove', accounts: [...accounts].sort() };
}
