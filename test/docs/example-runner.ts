/**
 * Runs the programs that its arguments name, one after another in this one process, and prints what each of them printed as one
 * line of JSON. It ends by itself where no program leaves anything open.
 */
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

/** What became of one program. */
export interface ExampleRun {
  readonly file: string;
  readonly printed: readonly string[];
  /** What it threw; null where it ended well. */
  readonly error: string | null;
}

for (const file of process.argv.slice(2)) {
  const printed: string[] = [];
  console.log = (...values: unknown[]): void => void printed.push(format(...values));
  const error = await import(pathToFileURL(file).href).then(
    () => null,
    (thrown: unknown) => format(thrown),
  );
  const run: ExampleRun = { file, printed, error };
  process.stdout.write(`${JSON.stringify(run)}\n`);
}
