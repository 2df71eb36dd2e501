/** Most rows that one read returns. */
export const MAX_PAGE = 1_000;

/** The number of rows to return for a requested limit: 1 to 1,000, and 1,000 where it is missing or no number. */
export function pageSize(limit: number | undefined): number {
  if (limit === undefined || !Number.isFinite(limit)) return MAX_PAGE;
  return Math.min(MAX_PAGE, Math.max(0, Math.floor(limit)));
}
