/** How a command ended: 0 done, 1 refused or violated, 2 done in part. A wrong call is an error of its own, 3. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 2;
  /** For people. */
  readonly lines: readonly string[];
  /** For programs, under `--json`; bigints become decimal strings. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A call that makes no sense as it was written. Exit code 3. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
