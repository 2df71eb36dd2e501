/** How much a copy may hold. */
export interface SnapshotBounds {
  /** Objects and arrays. */
  readonly nodes: number;
  readonly depth: number;
}

/** A batch of 64 calls has 66 nodes, and nests 3 deep. */
const OF_REQUESTS: SnapshotBounds = { nodes: 4_096, depth: 8 };
/** 10,000 contracts, or 1,000 rules of 64 conditions; a tree of 8 levels takes 16, and its leaves hold rules whose conditions nest. */
export const OF_POLICIES: SnapshotBounds = { nodes: 200_000, depth: 64 };

/** Says that a value is no plain data; the message is safe to show. */
export class NotPlainData extends Error {}

/**
 * A copy of plain data, taken at once: each property is read exactly once and bytes are copied, so that nothing the caller
 * changes later, and no getter that answers differently a second time, has any effect.
 *
 * Fails closed for whatever is not plain: inherited or symbol properties, `__proto__`, class instances, cycles.
 * @throws NotPlainData, or whatever a getter or trap throws
 */
export function snapshot(input: unknown, { nodes, depth: most } = OF_REQUESTS): unknown {
  let left = nodes;
  const copy = (value: unknown, depth: number): unknown => {
    if (typeof value === 'function' || typeof value === 'symbol') throw new NotPlainData('holds what is no data');
    if (typeof value !== 'object' || value === null) return value;
    left -= 1;
    if (left < 0 || depth > most) throw new NotPlainData('is too large or refers to itself');
    if (ArrayBuffer.isView(value)) {
      if (!(value instanceof Uint8Array)) throw new NotPlainData('bytes are a Uint8Array');
      return new Uint8Array(value);
    }
    if (Array.isArray(value)) {
      const { length } = value;
      if (length > left) throw new NotPlainData('is too large');
      return Array.from({ length }, (_, index) => copy(value[index], depth + 1));
    }
    if (value instanceof Date) return new Date(Date.prototype.getTime.call(value));
    return copyFields(value, (inner) => copy(inner, depth + 1));
  };
  return copy(input, 0);
}

function copyFields(value: object, copy: (inner: unknown) => unknown): Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain =
    prototype === null ||
    (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null && Object.keys(prototype).length === 0);
  if (!isPlain) throw new NotPlainData('is no plain object');
  const fields: Record<string, unknown> = {};
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw new NotPlainData('has a field without a name');
    if (key === '__proto__') throw new NotPlainData('__proto__: unknown field');
    fields[key] = copy((value as Record<string, unknown>)[key]);
  }
  return fields;
}
