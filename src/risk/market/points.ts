/** Ratio in millionths, and the points it is worth. */
export type Step = readonly [ppm: number, points: number];

/** Points between the steps, on straight lines: none before the first, the last ones beyond the last. What is no number counts in full. */
export function pointsAt(ppm: number, steps: readonly Step[]): number {
  let [fromPpm, fromPoints] = [Number.NEGATIVE_INFINITY, 0];
  for (const [toPpm, toPoints] of steps) {
    if (ppm < toPpm) return fromPpm === Number.NEGATIVE_INFINITY ? 0 : between(ppm, fromPpm, fromPoints, toPpm, toPoints);
    [fromPpm, fromPoints] = [toPpm, toPoints];
  }
  return Number.isNaN(ppm) ? 100 : fromPoints;
}

function between(ppm: number, fromPpm: number, fromPoints: number, toPpm: number, toPoints: number): number {
  return fromPoints + ((ppm - fromPpm) / (toPpm - fromPpm)) * (toPoints - fromPoints);
}

/** Millionths as a text of per cent with one decimal. */
export function percentOf(ppm: number): string {
  return `${(ppm / 10_000).toFixed(1)} %`;
}
