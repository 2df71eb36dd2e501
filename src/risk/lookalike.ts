import type { AccountId } from '../core/index.ts';
import { displayForms } from '../core/index.ts';

/** One account that reads like another. Lengths count display characters: hex digits on EVM and of TON's raw form, base64url of its friendly ones. */
export interface Lookalike {
  readonly imitates: AccountId;
  readonly prefix: number;
  readonly suffix: number;
  readonly total: number;
  /** What the likeness cost to grind, in bits: 4 a hex digit, 6 a base64url character (2 for the first, see below). */
  readonly bits: number;
  /** `strong`: at least 12 bits on both sides, which real counterparties practically never share by chance. */
  readonly strength: 'strong' | 'weak';
}

/** Seven hex digits: the least that real poisoning losses show in all; fewer is chance or vanity. */
const MIN_BITS = 28;
/** Two hex digits, or the first two base64url characters. Without it every address of leading zeros is like the next. */
const MIN_SIDE_BITS = 8;
const STRONG_SIDE_BITS = 12;
/** Lengths of the forms in hex digits: EVM's addresses, and TON's raw ones behind the workchain. */
const HEX_LENGTHS: ReadonlySet<number> = new Set([40, 64]);

/** What {@link findLookalike} asks for at least, so that whoever looks elsewhere before it asks for no more. */
export const LEAST_LIKENESS = { bits: MIN_BITS, sideBits: MIN_SIDE_BITS } as const;

interface Shape {
  readonly account: AccountId;
  readonly form: string;
  /** Forms are compared only with the same form of the other account: `EQ…` with `EQ…`, `UQ…` with `UQ…`. */
  readonly variant: number;
}
interface ShapeIndex {
  readonly buckets: ReadonlyMap<number, readonly Shape[]>;
  /** Answers already given: the same contracts are asked about again and again. */
  readonly answers: Map<AccountId, Lookalike | undefined>;
}
/** Answers kept per array; at the bound all are forgotten and found again. */
const MAX_ANSWERS = 1024;

/** One index per array: callers keep the array's identity while its content stands. */
const indexes = new WeakMap<readonly AccountId[], ShapeIndex>();

/**
 * Finds the known account that `candidate` could be mistaken for: the longest likeness at both ends of what a person
 * sees. An account is never its own lookalike, on whichever EVM chain it is.
 *
 * On TON the first two characters (`EQ`, `UQ`) are left out, and the first of the rest holds only two bits of the
 * account, so it counts as two; the checksum at the end is on show like everything else and counts in full. The raw form counts as hex does.
 * Amortized O(1): `known` is indexed once per array identity and must not be changed afterwards.
 */
export function findLookalike(candidate: AccountId, known: readonly AccountId[]): Lookalike | undefined {
  if (known.length === 0) return undefined;
  const { buckets, answers } = indexOf(known);
  const answered = answers.get(candidate);
  if (answered !== undefined || answers.has(candidate)) return answered;
  const answer = search(candidate, buckets);
  if (answers.size >= MAX_ANSWERS) answers.clear();
  answers.set(candidate, answer);
  return answer;
}

/** Those of `known` that are one of `candidates` or could be taken for one, in their order; the others never change what {@link findLookalike} says of them. */
export function couldResemble(candidates: Iterable<AccountId>, known: readonly AccountId[]): readonly AccountId[] {
  if (known.length === 0) return [];
  const { buckets } = indexOf(known);
  const found = new Set<AccountId>();
  for (const candidate of candidates)
    for (const form of displayForms(candidate)) for (const { account } of buckets.get(bucketOf(form)) ?? []) found.add(account);
  return found.size === 0 ? [] : known.filter((account) => found.has(account));
}

function search(candidate: AccountId, buckets: ShapeIndex['buckets']): Lookalike | undefined {
  const forms = displayForms(candidate);
  let best: Lookalike | undefined;
  for (let variant = 0; variant < forms.length; variant += 1) {
    const form = forms[variant] as string;
    for (const shape of buckets.get(bucketOf(form)) ?? []) {
      if (shape.variant !== variant || shape.form.length !== form.length) continue;
      if (shape.form === form) return undefined;
      const match = compare(form, shape);
      if (match !== undefined && (best === undefined || match.bits > best.bits)) best = match;
    }
  }
  return best;
}

function compare(form: string, shape: Shape): Lookalike | undefined {
  const last = form.length - 1;
  let prefix = 0;
  while (form.charCodeAt(prefix) === shape.form.charCodeAt(prefix)) prefix += 1;
  let suffix = 0;
  while (form.charCodeAt(last - suffix) === shape.form.charCodeAt(last - suffix)) suffix += 1;
  const hex = HEX_LENGTHS.has(form.length);
  const prefixBits = hex ? prefix * 4 : Math.max(0, prefix * 6 - 4);
  const suffixBits = suffix * (hex ? 4 : 6);
  const bits = prefixBits + suffixBits;
  const side = Math.min(prefixBits, suffixBits);
  if (bits < MIN_BITS || side < MIN_SIDE_BITS) return undefined;
  return { imitates: shape.account, prefix, suffix, total: prefix + suffix, bits, strength: side >= STRONG_SIDE_BITS ? 'strong' : 'weak' };
}

function indexOf(known: readonly AccountId[]): ShapeIndex {
  const cached = indexes.get(known);
  if (cached !== undefined) return cached;
  const buckets = new Map<number, Shape[]>();
  for (const account of known) {
    for (const [variant, form] of displayForms(account).entries()) {
      const bucket = bucketOf(form);
      const shapes = buckets.get(bucket);
      if (shapes === undefined) buckets.set(bucket, [{ account, form, variant }]);
      else shapes.push({ account, form, variant });
    }
  }
  const index: ShapeIndex = { buckets, answers: new Map() };
  indexes.set(known, index);
  return index;
}

/** The two characters at either end: whatever matches shares them, because both sides need at least that much. */
function bucketOf(form: string): number {
  const end = form.length;
  return (form.charCodeAt(0) << 21) | (form.charCodeAt(1) << 14) | (form.charCodeAt(end - 2) << 7) | form.charCodeAt(end - 1);
}
