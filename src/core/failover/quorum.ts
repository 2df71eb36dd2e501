/** How many of the configured endpoints must agree. */
export type QuorumOption = 'all' | number;

/**
 * Equal answers that a read needs. By default one for a single endpoint and for one with a spare, and all of three and more: two
 * that lie together while the third is silent look exactly like two that are right, so only the third's word tells them apart.
 *
 * @param configured - endpoints of the configuration, whether they answer or not
 */
export function quorumOf(option: QuorumOption | undefined, configured: number): number {
  if (option === 'all') return configured;
  return option ?? (configured > 2 ? configured : 1);
}

/** What is wrong with endpoints and quorum of one chain; null where nothing is. One node under two names would vote twice. */
export function quorumFault(
  urls: readonly string[],
  option: QuorumOption | undefined,
): { readonly field: 'endpoints' | 'quorum'; readonly message: string } | null {
  const spellings = urls.map((url) => (URL.canParse(url) ? new URL(url).href : url));
  if (new Set(spellings).size < urls.length) return { field: 'endpoints', message: 'An endpoint is listed twice.' };
  if (typeof option === 'number' && option > urls.length)
    return { field: 'quorum', message: 'The quorum is larger than the number of endpoints.' };
  return null;
}
