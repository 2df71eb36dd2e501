import { SLICES } from './slices.ts';

/** Least share of changes that tests have to notice, per cent. */
export const LEAST_PERCENT = 90;

/** The group of a slice. */
const groupOf = (slice: string): string => slice.split('.', 1)[0] ?? slice;

/** Every group, in the order of its first slice. */
export const GROUPS: readonly string[] = [...new Set(Object.keys(SLICES).map(groupOf))];

/** The slices of a group, or the slice of that very name; none for any other name. */
export function slicesOf(name: string): readonly string[] {
  const slices = Object.keys(SLICES);
  return slices.includes(name) && !GROUPS.includes(name) ? [name] : slices.filter((slice) => groupOf(slice) === name);
}
