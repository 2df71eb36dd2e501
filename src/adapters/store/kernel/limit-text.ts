import { readAmount } from '../../../core/ledger.ts';

/** Most limits kept; beyond, all are read anew. */
const MAX_KNOWN = 1_024;

/** Limits read before: policies ask with the same few texts again and again. */
const known = new Map<string, bigint>();

/** A limit as bigint, by the rules of {@link readAmount}; undefined for anything else. */
export function readLimit(text: unknown): bigint | undefined {
  const before = known.get(text as string);
  if (before !== undefined) return before;
  const limit = readAmount(text);
  if (limit === undefined) return undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text as string, limit);
  return limit;
}
