import { z } from 'zod';
import { parseSignature } from '../decode/abi-signature.ts';

interface Param {
  readonly name?: string | undefined;
  readonly type: string;
  readonly components?: readonly Param[] | undefined;
}

const paramSchema: z.ZodType<Param> = z.lazy(() =>
  z.looseObject({ name: z.string().max(256).optional(), type: z.string().max(256), components: z.array(paramSchema).max(256).optional() }),
);
const functionSchema = z.looseObject({ type: z.literal('function'), name: z.string().max(256), inputs: z.array(paramSchema).max(256) });

function spell({ name = '', type, components }: Param): string {
  const base = type.startsWith('tuple') && components !== undefined ? `(${components.map(spell).join(',')})${type.slice(5)}` : type;
  return name === '' ? base : `${base} ${name}`;
}

/** Methods of an ABI in JSON as signatures with names, by selector; empty where the file only names an address to fetch one from. */
export function signaturesOf(abi: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!Array.isArray(abi)) return found;
  for (const entry of abi) {
    const method = functionSchema.safeParse(entry);
    if (!method.success) continue;
    const text = `${method.data.name}(${method.data.inputs.map(spell).join(',')})`;
    found.set(parseSignature(text).selector, text);
  }
  return found;
}
