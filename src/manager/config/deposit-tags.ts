import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { accountsOn } from '../risk/blacklist.ts';

/** A deposit tag as comments are compared with it. */
export const tagOf = (text: string): string => text.normalize('NFKC').trim();

/**
 * Reads the configured owners of deposit tags, on every chain of their kind; null where none are configured.
 * @throws CONFIG_INVALID naming each tag that is none, stands twice, or whose owner cannot be read
 */
export function readDepositTags(
  tags: Readonly<Record<string, readonly string[]>>,
  chainIds: readonly ChainId[],
): ReadonlyMap<string, readonly AccountId[]> | null {
  const found = new Map<string, readonly AccountId[]>();
  const problems: string[] = [];
  for (const [written, owners] of Object.entries(tags)) {
    const tag = tagOf(written);
    if (tag === '' || found.has(tag)) problems.push(`risk.depositTags.${written}: is no tag, or stands there in another spelling`);
    const accounts: AccountId[] = [];
    for (const owner of owners) {
      try {
        accounts.push(...accountsOn(owner, chainIds));
      } catch {
        problems.push(`risk.depositTags.${written}: ${owner} is no account`);
      }
    }
    found.set(tag, [...new Set(accounts)]);
  }
  if (problems.length > 0)
    throw new CastellanError('CONFIG_INVALID', {
      message: `The configuration has ${problems.length} wrong field(s): ${problems.slice(0, 16).join('; ')}`,
      details: { problems },
    });
  return found.size === 0 ? null : found;
}
