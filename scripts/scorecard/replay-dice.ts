import { createSeededRandom } from '../../src/testing/index.ts';

/** Choices that repeat for the same seed. */
export interface Dice {
  below(most: number): number;
  chance(share: number): boolean;
  of<T>(list: readonly T[]): T;
}

/** Creates the dice. */
export function createDice(seed: string): Dice {
  const random = createSeededRandom(seed);
  const below = (most: number): number => Buffer.from(random.bytes(4)).readUInt32BE() % most;
  return {
    below,
    chance: (share) => below(1_000_000) < share * 1_000_000,
    of: (list) => list[below(list.length)] as (typeof list)[number],
  };
}
