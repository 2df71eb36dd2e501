import type { Bar, Measurement, Mode } from './bar.ts';

/** A bar and what became of it; a bar that threw fell short, and its error is the figure. */
export interface Score extends Measurement {
  readonly area: string;
  readonly name: string;
  readonly target: string;
  readonly seconds: number;
  /** False where the figure is only shown. */
  readonly judged: boolean;
}

/** How long one bar may take, ms. What takes longer is stuck. */
const PATIENCE_MS = { quick: 5 * 60_000, full: 60 * 60_000 } as const;

/** Runs the bars of one area one after the other. A bar passes only where it says `pass: true`. */
export async function runBars(area: string, bars: readonly Bar[], mode: Mode, report: (line: string) => void): Promise<readonly Score[]> {
  const scores: Score[] = [];
  for (const bar of bars) {
    const start = process.hrtime.bigint();
    let measurement: Measurement;
    try {
      measurement = await inTime(
        bar.run(mode, (line) => report(`  ${bar.name}: ${line}`)),
        PATIENCE_MS[mode],
      );
    } catch (error) {
      measurement = { figure: `failed: ${error instanceof Error ? error.message : String(error)}`, pass: false };
    }
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const failed = measurement.figure.startsWith('failed: ');
    const score: Score = {
      area,
      name: bar.name,
      target: bar.target,
      seconds,
      judged: measurement.skipped !== true && (mode === 'full' || bar.isTiming !== true || failed),
      ...measurement,
      pass: measurement.pass === true,
    };
    scores.push(score);
    report(`${verdictOf(score)}  ${area}  ${bar.name}  (${seconds.toFixed(1)} s)`);
  }
  return scores;
}

/** The timer keeps the process alive too, so that a bar whose work is lost fails under its name. */
async function inTime<T>(work: Promise<T>, patienceMs: number): Promise<T> {
  const stuck = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stuck.reject(new Error(`stuck for ${patienceMs / 1_000} s; open: ${process.getActiveResourcesInfo().join(', ')}`));
  }, patienceMs);
  try {
    return await Promise.race([work, stuck.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** `shown` for a figure that this form of the run does not judge, `SKIP` where there is none. */
function verdictOf({ judged, pass, skipped }: Pick<Score, 'judged' | 'pass' | 'skipped'>): string {
  if (skipped === true) return 'SKIP';
  return judged ? (pass ? 'pass' : 'FAIL') : 'shown';
}

/** The scores as a table of targets beside figures, then their notes. */
export function renderScores(scores: readonly Score[]): string {
  const head = ['', 'area', 'bar', 'target', 'measured now', 'wall'];
  const rows = scores.map((score) => [
    verdictOf(score),
    score.area,
    score.name,
    score.target,
    score.figure.replaceAll('\n', ' '),
    `${score.seconds.toFixed(1)} s`,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const notes = scores.flatMap((score) => (score.notes ?? []).map((note) => `${score.name}: ${note}`));
  return [line(head), rule, ...rows.map(line), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}
