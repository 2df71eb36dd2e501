/** Coefficients of Abramowitz & Stegun 26.2.23; absolute error below 4.5e-4. */
const C = [2.515517, 0.802853, 0.010328] as const;
const D = [1.432788, 0.189269, 0.001308] as const;

/** How many standard deviations out a normal value lies that is exceeded with probability `tail` (0 < tail ≤ 0.5); 0 above. */
export function deviationsAtTail(tail: number): number {
  if (!(tail < 0.5)) return 0;
  const t = Math.sqrt(-2 * Math.log(Math.max(tail, Number.MIN_VALUE)));
  return t - (C[0] + t * (C[1] + t * C[2])) / (1 + t * (D[0] + t * (D[1] + t * D[2])));
}
