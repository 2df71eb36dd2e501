/**
 * Runs the bars of one area, or of all, and prints each target beside the figure measured in this very run. Nothing is
 * stored. Exit 0 where each bar is met, 1 where one falls short, 3 for an unknown area or option.
 */
import { existsSync, readdirSync } from 'node:fs';
import type { Bar, Mode } from './scorecard/bar.ts';
import { renderScores, runBars, type Score } from './scorecard/run-bars.ts';

/** Modules beside the areas that are none themselves; so are all whose name has a hyphen: an area's own parts. */
const FRAMEWORK = new Set(['bar', 'measure']);
const folder = new URL('./scorecard/', import.meta.url);
const areas = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.slice(0, -'.ts'.length))
      .filter((name) => !(FRAMEWORK.has(name) || name.includes('-')))
      .sort()
  : [];

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const chosen: string[] = [];
let mode: Mode = 'full';
let timed = true;
for (const argument of process.argv.slice(2)) {
  if (argument === '--quick') mode = 'quick';
  else if (argument === '--no-timings') timed = false;
  else if (areas.includes(argument)) chosen.push(argument);
  else {
    process.stderr.write(
      `usage: npm run scorecard [-- area…] [--quick] [--no-timings]\nunknown: ${argument}\nareas: ${areas.join(', ') || 'none'}\n`,
    );
    process.exit(3);
  }
}

const scores: Score[] = [];
for (const area of chosen.length > 0 ? chosen : areas) {
  const { bars } = (await import(new URL(`${area}.ts`, folder).href)) as { readonly bars?: readonly Bar[] };
  if (bars === undefined || bars.length === 0) throw new Error(`scripts/scorecard/${area}.ts exports no bars`);
  const chosenBars = timed ? bars : bars.filter(({ isTiming }) => isTiming !== true);
  print(`${area}: ${chosenBars.length} bars, ${mode}`);
  const scored = await runBars(area, chosenBars, mode, print);
  const seconds = scored.reduce((total, score) => total + score.seconds, 0);
  print(`${area} took ${seconds.toFixed(1)} s of at most ${mode === 'quick' ? '45 s' : '25 min'}`);
  scores.push(...scored);
}
if (scores.length === 0) throw new Error('there is no area to score');
const judged = scores.filter((score) => score.judged);
const met = judged.filter((score) => score.pass).length;
const skipped = scores.filter((score) => score.skipped === true).length;
const timings = scores.length - judged.length - skipped;
const shown = `${timings === 0 ? '' : `; ${timings} timings shown, judged in full runs only`}${skipped === 0 ? '' : `; ${skipped} SKIPPED`}`;
print(`\n${renderScores(scores)}\n\n${met} of ${judged.length} bars met (${mode})${shown}.`);
process.exit(met === judged.length ? 0 : 1);
