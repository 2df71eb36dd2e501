import { createDice } from './dice.ts';

/** A figure and the bounds that hold 95 % of those from wallets drawn anew. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Draws wallets with replacement and takes the figure of each draw. The same seed draws the same. */
export function bootstrap<T>(wallets: readonly T[], figure: (drawn: readonly T[]) => number, draws = 400, seed = 11): Interval {
  const dice = createDice(seed);
  const figures = Array.from({ length: draws }, () =>
    figure(Array.from({ length: wallets.length }, () => wallets[dice.int(wallets.length)] as T)),
  ).sort((a, b) => a - b);
  const at = (share: number): number => figures[Math.min(draws - 1, Math.floor(share * draws))] as number;
  return { value: figure(wallets), low: at(0.025), high: at(0.975) };
}
