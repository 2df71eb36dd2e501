/** `full` measures at the size that the target speaks of; `quick` is the same measurement made smaller. */
export type Mode = 'full' | 'quick';

/** What one run of a bar measured. */
export interface Measurement {
  /** The figure with its unit, as measured in this very run. */
  readonly figure: string;
  readonly pass: boolean;
  /** Further lines below the table: sizes, rounds, what was left out. */
  readonly notes?: readonly string[];
  /** What it needs is not here: nothing was measured. Named loudly, and neither met nor missed. */
  readonly skipped?: boolean;
}

/** One promise of an area, with the measurement that holds it. An area is a module here that exports `bars`. */
export interface Bar {
  readonly name: string;
  /** The target in words, e.g. `at most 6 × the floor`. */
  readonly target: string;
  /**
   * A ratio of times. The quick form is too short, and its machine too busy, to judge one: there the figure is shown and
   * decides nothing. The full form judges it.
   */
  readonly isTiming?: boolean;
  /** `report` prints a line of progress. */
  run(mode: Mode, report: (line: string) => void): Promise<Measurement>;
}
