import { stripVTControlCharacters, styleText } from 'node:util';
import type { Decision, LayerReport } from '../src/index.ts';
import type { SceneResult, Script } from './scene.ts';

type Style = Parameters<typeof styleText>[0];

const paint = (style: Style, text: string): string => (process.stdout.isTTY ? styleText(style, text, { stream: process.stdout }) : text);
const say = (line = ''): void => void process.stdout.write(`${line}\n`);
const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length;
const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
const padLeft = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

const INDENT = '    ';
/** Longest line of running text. */
const LINE = 116;

/** Breaks a line between words; what follows stands a little further in. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let left = text;
  while (left.length > LINE) {
    const space = left.lastIndexOf(' ', LINE);
    if (space <= 8) break;
    lines.push(left.slice(0, space));
    left = `    ${left.slice(space + 1)}`;
  }
  return [...lines, left];
}

/** Columns under headings, right-aligned where named so. */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): readonly string[] {
  const widths = headings.map((heading, column) => Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[column] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (right.has(column) ? padLeft : pad)(cell, widths[column] as number))
      .join('  ')
      .trimEnd();
  return [paint('dim', line(headings)), paint('dim', widths.map((width) => '─'.repeat(width)).join('──')), ...rows.map(line)];
}

const MARKS: Readonly<Record<LayerReport['verdict'], { readonly style: Style; readonly text: string }>> = {
  pass: { style: 'green', text: '✔ pass' },
  escalate: { style: 'yellow', text: '? escalate' },
  deny: { style: 'red', text: '✘ deny' },
  skipped: { style: 'dim', text: '· not run' },
};

/** Codes shown of one layer; the decision holds all. */
const TOLD = 2;

function reasonOf({ verdict, reasons }: LayerReport): string {
  const codes = [...new Set(reasons.map(({ code }) => code))];
  if (verdict === 'skipped') return '';
  return codes.length <= TOLD ? codes.join(', ') : `${codes.slice(0, TOLD).join(', ')}, …`;
}

/** The eight layers of a decision. */
export function renderLayers({ reports }: Decision): readonly string[] {
  const rows = reports.map((report) => {
    const mark = MARKS[report.verdict];
    const score = report.score === null ? '' : String(Math.round(report.score));
    return [
      report.layer.replace('_', ' '),
      paint(mark.style, mark.text),
      reasonOf(report),
      score,
      report.verdict === 'skipped' ? '' : report.durationMs.toFixed(2),
    ];
  });
  return renderTable(['layer', 'verdict', 'reason', 'score', 'ms'], rows, new Set([3, 4]));
}

/** The heading of the whole demo. */
export function printOpening(lines: readonly string[]): void {
  say();
  for (const [index, line] of lines.entries()) say(index === 0 ? paint('bold', line) : line);
}

/** The heading of an act. */
export function printAct(opening: string): void {
  say();
  for (const line of wrap(opening)) say(paint('bold', line));
}

/** The title and the story, before the scene is played. */
export function printScene(number: number, { title, story }: Script): void {
  say();
  say(`${paint(['bold', 'cyan'], `${padLeft(String(number), 2)}  ${title}`)}`);
  for (const text of wrap(story)) say(`${INDENT}${text.trimStart()}`);
}

/** What came of it. */
export function printResult({ decision, notes = [], line }: SceneResult, ok: boolean): void {
  if (decision !== undefined) {
    say();
    for (const row of renderLayers(decision)) say(`${INDENT}${row}`);
  }
  if (notes.length > 0) {
    say();
    for (const note of notes.flatMap(wrap)) say(`${INDENT}${note}`);
  }
  say();
  say(`  ${ok ? paint('green', '✔') : paint('red', '✘')} ${line}`);
}

/** How one scene ended, for the summary. */
export interface Outcome {
  readonly title: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Every scene with how it had to end and how it did. */
export function printSummary(outcomes: readonly Outcome[], seconds: number): void {
  const rows = outcomes.map(({ title, expected, actual, ok, seconds: took }, index) => [
    String(index + 1),
    ok ? paint('green', '✔') : paint('red', '✘'),
    title,
    expected,
    ok ? actual : paint('red', actual),
    took.toFixed(2),
  ]);
  const met = outcomes.filter(({ ok }) => ok).length;
  say();
  for (const row of renderTable(['#', '', 'scene', 'must end', 'ended', 's'], rows, new Set([0, 5]))) say(row);
  say();
  const style: Style = met === outcomes.length ? ['bold', 'green'] : ['bold', 'red'];
  say(paint(style, `${met} of ${outcomes.length} scenes ended as they must, in ${seconds.toFixed(1)} s.`));
}
