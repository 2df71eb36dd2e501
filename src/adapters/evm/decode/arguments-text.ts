import { sha256Hex } from '../../../core/digest.ts';
import { hexOf } from '../address.ts';
import type { AbiParam } from './abi-signature.ts';
import type { AbiValue } from './abi-type.ts';

/** Arguments of one call that are shown; the rest is in the bytes, whose digest the decision holds. */
const MAX_SHOWN = 128;
/** Byte strings that are shown in full; longer ones by length and SHA-256. */
const MAX_BYTES = 256;
const MAX_TEXT = 1_024;

function asText(value: Exclude<AbiValue, readonly AbiValue[]>): string {
  if (value instanceof Uint8Array) return value.length <= MAX_BYTES ? hexOf(value) : `${value.length} bytes, sha256 ${sha256Hex(value)}`;
  if (typeof value !== 'string') return String(value);
  return value.length <= MAX_TEXT ? value : `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`;
}

function add(into: Map<string, string>, count: { shown: number }, name: string, param: AbiParam, value: AbiValue): void {
  if (count.shown >= MAX_SHOWN) return;
  if (!Array.isArray(value)) {
    count.shown += 1;
    into.set(name, asText(value as Exclude<AbiValue, readonly AbiValue[]>));
    return;
  }
  const { type, parts } = param;
  if (typeof type !== 'string' && 'record' in type) {
    for (const [index, part] of parts.entries()) add(into, count, `${name}.${part.name}`, part, value[index] as AbiValue);
    return;
  }
  count.shown += 1;
  into.set(`${name}.length`, String(value.length));
  const item = typeof type === 'string' ? param : { ...param, type: type.list };
  for (const [index, entry] of value.entries()) {
    if (count.shown >= MAX_SHOWN) return;
    add(into, count, `${name}.${index}`, item, entry as AbiValue);
  }
}

/** Arguments by name: `order.token`, `orders.length`, `orders.0.amount`. */
export function argumentsText(params: readonly AbiParam[], values: readonly AbiValue[]): Readonly<Record<string, string>> {
  const text = new Map<string, string>();
  const count = { shown: 0 };
  for (const [index, param] of params.entries()) add(text, count, param.name, param, values[index] as AbiValue);
  return Object.fromEntries(text);
}
