import type { Look } from '../look.ts';

/**
 * What a gauge leans on. Injected campaigns differ in the last three from what happens in the world more than a real attacker would:
 * detectors are measured with and without them.
 */
export type GaugeGround = 'habits' | 'balance' | 'gap' | 'fleet';

/** One figure about an action beside the habits of its wallet. */
export interface Gauge {
  readonly name: string;
  readonly ground: GaugeGround;
  /** 1: more of it never makes an action less suspicious; −1: never more. */
  readonly monotone?: 1 | -1;
}

/** Figures that are read together, for that is quicker than one by one. */
export interface GaugeGroup {
  readonly gauges: readonly Gauge[];
  /** Writes the figure of each gauge, in their order, from `at` on. */
  read(look: Look, figures: Float32Array, at: number): void;
}

/** Gauges of one ground. `monotone` names those of which more may only raise, or only lower, the score. */
export function gaugesOf(ground: GaugeGround, names: readonly string[], monotone: Readonly<Record<string, 1 | -1>> = {}): readonly Gauge[] {
  return names.map((name) => ({ name, ground, ...(Object.hasOwn(monotone, name) ? { monotone: monotone[name] } : {}) }) as Gauge);
}

/** What a gauge says where there is nothing to compare with. */
export const UNKNOWN = -99;
