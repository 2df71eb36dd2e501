import { hexOf } from '../address.ts';
import type { AbiParam } from '../decode/abi-signature.ts';
import type { AbiType, AbiValue } from '../decode/abi-type.ts';

/** Values that one path may name at most. */
const MAX_VALUES = 256;

/** A place among the arguments: the value, and how it was declared. */
interface Place {
  readonly value: AbiValue;
  readonly type: AbiType;
  readonly parts: readonly AbiParam[];
}

function inside(place: Place, step: string): readonly Place[] | undefined {
  const { value, type, parts } = place;
  const index = /^\[(-?[0-9]{1,4})?\]$/.exec(step);
  if (index !== null) {
    if (typeof type === 'string' || !('list' in type) || !Array.isArray(value)) return undefined;
    const items = value.map((item): Place => ({ value: item as AbiValue, type: type.list, parts }));
    if (index[1] === undefined) return items;
    const item = items.at(Number(index[1]));
    return item === undefined ? undefined : [item];
  }
  const slice = /^\[(-?[0-9]{1,4})?:(-?[0-9]{1,4})?\]$/.exec(step);
  if (slice !== null) {
    if (type !== 'bytes' || !(value instanceof Uint8Array)) return undefined;
    const cut = value.slice(slice[1] === undefined ? 0 : Number(slice[1]), slice[2] === undefined ? value.length : Number(slice[2]));
    return cut.length === 20 ? [{ value: hexOf(cut), type: 'address', parts: [] }] : [{ value: cut, type: 'bytes', parts: [] }];
  }
  if (typeof type === 'string' || !('record' in type) || !Array.isArray(value)) return undefined;
  const at = parts.findIndex(({ name }) => name === step);
  const part = parts[at];
  return part === undefined ? undefined : [{ value: value[at] as AbiValue, type: part.type, parts: part.parts }];
}

/**
 * The values that a path names among the arguments: `amount`, `params.path.[0]`, `orders.[].to`, `data.[0:20]`.
 * Undefined where it names none, so that nobody shows less than the descriptor means to.
 */
export function valuesAt(params: readonly AbiParam[], values: readonly AbiValue[], path: string): readonly AbiValue[] | undefined {
  const root: Place = { value: values, type: { record: params.map(({ type }) => type) }, parts: params };
  let places: readonly Place[] = [root];
  for (const step of path.split('.')) {
    const next: Place[] = [];
    for (const place of places) {
      const found = inside(place, step);
      if (found === undefined) return undefined;
      next.push(...found);
      if (next.length > MAX_VALUES) return undefined;
    }
    places = next;
  }
  return places.map(({ value }) => value);
}
