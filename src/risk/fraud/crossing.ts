/**
 * True where `after` comes to `threshold`, or to the next doubling of it, and `before` had not. So each step is told once: what was stopped there does not
 * settle, is not counted, and crosses again when it is tried again.
 */
export function isCrossing(before: number, after: number, threshold: number): boolean {
  return steps(after, threshold) > steps(before, threshold);
}

/** 0 below the threshold, then one more for each doubling of it. What is no number has crossed everything. */
function steps(value: number, threshold: number): number {
  return value < threshold ? 0 : 1 + Math.floor(Math.log2(value / threshold));
}
