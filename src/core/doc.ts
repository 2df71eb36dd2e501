import { CastellanError } from './errors.ts';
import type { Doc, Json, Step, StepResult, Store } from './store.ts';
import { storeKey } from './store.ts';

/** Reads one document with its version. @throws STORE_CORRUPT where the row is no document; STORE_UNAVAILABLE */
export async function readDoc(store: Store, key: string): Promise<Doc | undefined> {
  const [doc] = await readDocs(store, [key]);
  return doc;
}

/** Reads documents from one consistent state, in the order of `keys`. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
export async function readDocs(store: Store, keys: readonly string[]): Promise<readonly (Doc | undefined)[]> {
  const rows = await store.get(keys.map((key) => storeKey.doc(key)));
  return keys.map((key, index) => (rows[index] === undefined ? undefined : parseDoc(rows[index], key)));
}

/** A stored row as a document. @throws STORE_CORRUPT */
export function parseDoc(row: Json, key: string): Doc {
  const doc = row as Partial<Doc> | null;
  if (typeof doc !== 'object' || doc === null || !Number.isSafeInteger(doc.version) || doc.value === undefined) {
    throw new CastellanError('STORE_CORRUPT', { message: 'A stored row is no document.', details: { key } });
  }
  return doc as Doc;
}

/**
 * Applies one step and returns its result.
 *
 * Fails closed when the store answers anything but one well-formed result: a missing answer is not an "ok".
 * @throws STORE_UNAVAILABLE
 */
export async function applyStep(store: Store, step: Step): Promise<StepResult> {
  const results: readonly StepResult[] | undefined = await store.apply([step]);
  const result = Array.isArray(results) && results.length === 1 ? (results[0] as StepResult | undefined) : undefined;
  if (result?.ok === true || (result?.ok === false && typeof result.reason?.code === 'string')) return result;
  throw new CastellanError('STORE_UNAVAILABLE', { message: 'The store gave no well-formed answer to a step.', retryable: true });
}
