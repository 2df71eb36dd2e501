import { type ApprovalRecord, applyStep, parseDoc, readDocs, type Store, storeKey } from '../core/index.ts';
import { approvalDoc, isOpenState, parseApprovalRecord } from './approval-record.ts';

/** The records as they lie in the store. */
export interface StoredApprovals {
  /** Every record that ever was, by id. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
  all(): AsyncGenerator<ApprovalRecord>;
  /** Those that were not closed yet, however long the history is. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
  open(options?: { readonly tidy?: boolean }): AsyncGenerator<ApprovalRecord>;
}

/** Documents read per page. */
const PAGE = 500;
const INDEX = 'approval-open/';

/** Where the ids lie that may be open of an agent. */
export function openDoc(agent: string): string {
  return `${INDEX}${agent}`;
}

/** The ids of such a document. */
export function openIds(value: unknown): readonly string[] {
  const listed = (value as { readonly ids?: unknown } | undefined)?.ids;
  return Array.isArray(listed) ? listed.filter((id): id is string => typeof id === 'string') : [];
}

/**
 * Reads the records. Every open one stands in its agent's index, which is written in the step that opens it; what was closed drops
 * out at the next opening, or here with `tidy`, unless somebody wrote the index meanwhile.
 */
export function createStoredApprovals(store: Store): StoredApprovals {
  async function* documents(prefix: string) {
    for (let after: string | undefined; ; ) {
      const rows = await store.scan(storeKey.doc(prefix), { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const row of rows) {
        const { value, version } = parseDoc(row.value, row.key);
        yield { name: row.key.slice(storeKey.doc(prefix).length), value, version };
      }
      after = rows.at(-1)?.key;
      if (rows.length < PAGE || after === undefined) return;
    }
  }
  return {
    async *all() {
      for await (const { name, value } of documents(approvalDoc(''))) yield parseApprovalRecord(value, name);
    },
    async *open({ tidy = false } = {}) {
      for await (const { name, value, version } of documents(INDEX)) {
        const ids = openIds(value);
        if (ids.length === 0) continue;
        const docs = await readDocs(store, ids.map(approvalDoc));
        const records = docs.flatMap((doc, at) => (doc === undefined ? [] : [parseApprovalRecord(doc.value, ids[at] as string)]));
        const open = records.filter(({ state }) => isOpenState(state));
        if (tidy && open.length < ids.length) {
          const left = { ids: open.map(({ request }) => request.id) };
          // Emptied and not removed: its version goes on counting, so that no writer takes a new one for the one it read.
          await applyStep(store, { commands: [{ kind: 'doc.put', key: openDoc(name), value: left, ifVersion: version }] });
        }
        yield* open;
      }
    },
  };
}
