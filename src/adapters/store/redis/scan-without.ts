import type { Store } from '../../../core/store.ts';
import { pageSize } from '../kernel/page.ts';

type Page = NonNullable<Parameters<Store['scan']>[1]>;

/** A page of rows without one that is the store's own. A page that is not full is the last one, here as in the record. */
export async function scanWithout(hidden: string, record: Store, prefix: string, page: Page = {}): ReturnType<Store['scan']> {
  const found = await record.scan(prefix, page);
  const rows = found.filter(({ key }) => key !== hidden);
  const last = found.at(-1);
  if (rows.length === found.length || last === undefined || found.length < pageSize(page.limit)) return rows;
  return [...rows, ...(await record.scan(prefix, { after: last.key, limit: 1 }))];
}
