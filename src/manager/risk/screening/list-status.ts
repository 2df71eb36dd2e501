import type { LackingList, ListReport, ListVersion } from '../../../risk/index.ts';
import type { ConfiguredList } from './configured-list.ts';

/** What is known of a configured list beside its content. */
export interface LoadStatus {
  /** Of the last time that it was loaded; null before. */
  readonly report: ListReport | null;
  /** Why the last attempt failed; null after a success. */
  readonly lastError: string | null;
  /** The owners let it go. */
  readonly isDropped: boolean;
}

/** Nothing was tried yet. */
export const UNTRIED: LoadStatus = Object.freeze({ report: null, lastError: null, isDropped: false });

/** The lists that are configured, were not let go and say nothing now. */
export function lackingLists(
  lists: readonly ConfiguredList[],
  statusOf: (name: string) => LoadStatus,
  versions: readonly ListVersion[],
  nowMs: number,
): readonly LackingList[] {
  return lists.flatMap((list): LackingList[] => {
    const status = statusOf(list.name);
    if (status.isDropped) return [];
    const why = whyLacking(
      list,
      status,
      versions.find((version) => version.list === list.name),
      nowMs,
    );
    return why === undefined ? [] : [{ list: list.name, why, required: list.required ?? list.basis !== 'ordinary' }];
  });
}

function whyLacking(
  { maxAgeMs }: ConfiguredList,
  { lastError }: LoadStatus,
  version: ListVersion | undefined,
  nowMs: number,
): string | undefined {
  if (version === undefined) return lastError ?? 'not_loaded';
  if (version.expiresMs !== null && !(nowMs < version.expiresMs)) return 'expired';
  return maxAgeMs !== undefined && !(nowMs - version.loadedMs <= maxAgeMs) ? 'stale' : undefined;
}
