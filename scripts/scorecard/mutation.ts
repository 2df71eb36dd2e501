import { GROUPS, LEAST_PERCENT, slicesOf } from '../mutation/groups.ts';
import { type FileScore, percentOf, runSlice } from '../mutation/run-slice.ts';
import type { Bar } from './bar.ts';

/** One small file with its own tests: the same measurement, in seconds. */
const SMALL = { slice: 'engine.chain', files: ['src/authz/stricter.ts'], tests: ['test/authz/engine/judge-parts.test.ts'] } as const;

const isShort = (scores: readonly FileScore[]): boolean => (percentOf(scores) ?? 0) < LEAST_PERCENT;
const said = (name: string, scores: readonly FileScore[]): string => `${name} ${(percentOf(scores) ?? 0).toFixed(1)} %`;

const bar: Bar = {
  name: 'small changes of the code that tests notice',
  target: `at least ${LEAST_PERCENT} % in each of ${GROUPS.join(', ')}`,
  async run(mode, report) {
    if (mode === 'quick') {
      const scores = await runSlice(SMALL.slice, report, SMALL);
      return { figure: said(SMALL.files[0], scores), pass: !isShort(scores) };
    }
    const groups: (readonly [string, readonly FileScore[]])[] = [];
    for (const group of GROUPS) {
      const scores: FileScore[] = [];
      for (const slice of slicesOf(group)) scores.push(...(await runSlice(slice, report)));
      groups.push([group, scores]);
    }
    const files = groups.flatMap(([, scores]) => scores);
    return {
      figure: groups.map(([group, scores]) => said(group, scores)).join(', '),
      pass: !groups.some(([, scores]) => isShort(scores)),
      notes: [
        `${files.reduce((sum, { changes }) => sum + changes, 0)} changes in ${files.length} files`,
        ...files.filter((file) => file.changes > 0 && isShort([file])).map((file) => said(file.file, [file])),
      ],
    };
  },
};

/** How much of the code that decides is held by tests. A full run goes on where an earlier one was. */
export const bars: readonly Bar[] = [bar];
