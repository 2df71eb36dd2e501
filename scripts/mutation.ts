/**
 * Runs mutation slices and prints the share of changes that tests noticed, by file and by group. Exit 0 where each group that ran
 * comes to at least 90 %, 1 where one falls short, 3 for a name that is none.
 */

import { GROUPS, LEAST_PERCENT, slicesOf } from './mutation/groups.ts';
import { percentOf, runSlice } from './mutation/run-slice.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const names = process.argv.slice(2);
const unknown = names.find((name) => slicesOf(name).length === 0);
if (unknown !== undefined) {
  process.stderr.write(`usage: npm run mutation [-- group or slice…]\nunknown: ${unknown}\ngroups: ${GROUPS.join(', ')}\n`);
  process.exit(3);
}
let isShort = false;
for (const name of names.length > 0 ? names : GROUPS) {
  const scores = [];
  for (const slice of slicesOf(name)) scores.push(...(await runSlice(slice, print)));
  for (const score of scores)
    print(`${(percentOf([score]) ?? 100).toFixed(1).padStart(6)} %  ${score.file}  (${score.noticed} of ${score.changes})`);
  const percent = percentOf(scores) ?? 0;
  isShort ||= percent < LEAST_PERCENT;
  print(`${percent.toFixed(1).padStart(6)} %  ${name}, target at least ${LEAST_PERCENT} %\n`);
}
process.exit(isShort ? 1 : 0);
