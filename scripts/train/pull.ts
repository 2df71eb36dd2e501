/** Rows of bad campaigns: whose they are, and how much each row and each campaign counts. */
export interface Campaigns {
  /** By row: the number of its campaign; −1 for good ones. */
  readonly of: Int32Array;
  readonly count: number;
  /** How much missing a campaign counts. */
  readonly weight: number;
}

/**
 * How much a campaign still has to be seen. It is caught by one alarm: what counts is the chance that none of its actions is one, Π(1 − p), so that each action is
 * pulled by its share of `p (1 − P) / P` with `P = 1 − Π(1 − p)`. Actions that nobody can tell from good ones are left alone once another gives the campaign
 * away. The noisy-or loss of Viola, Platt and Zhang, 2005.
 */
export function pullOf({ of, count, weight }: Campaigns, rows: Int32Array, scores: Float64Array): (row: number, chance: number) => number {
  const missed = new Float64Array(count);
  for (const row of rows) {
    const campaign = of[row] as number;
    if (campaign >= 0) missed[campaign] = (missed[campaign] as number) - Math.log1p(Math.exp(scores[row] as number));
  }
  return (row, chance) => {
    const seen = Math.max(1e-9, -Math.expm1(missed[of[row] as number] as number));
    return (weight * chance * (1 - seen)) / seen;
  };
}
