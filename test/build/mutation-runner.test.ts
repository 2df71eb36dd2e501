import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runSlice } from '../../scripts/mutation/run-slice.ts';

const sample = 'test/build/mutation-sample/sample.ts';
const report = fileURLToPath(new URL('../../coverage/mutation/sample/report.json', import.meta.url));

interface Mutant {
  readonly status: string;
  readonly replacement: string;
  readonly location: { readonly start: { readonly line: number } };
}

describe('the mutation runner', () => {
  it('tells changes that tests notice from those that none notices, of code that runs once, often and never', async () => {
    const scores = await runSlice('engine.chain', () => {}, { files: [sample], tests: ['test/build/mutation-sample/sample-tests.ts'] });
    const { mutants } = JSON.parse(readFileSync(report, 'utf8')).files[sample] as { readonly mutants: readonly Mutant[] };
    const told = mutants.map(({ status, replacement, location }) => `${location.start.line} ${replacement}: ${status}`);
    expect(told.sort()).toEqual([
      '11 {}: Survived',
      '14 {}: Killed',
      '15 count.calls -= 1: Timeout',
      '16 () => undefined: Killed',
      '16 count.calls <= end: Killed',
      '16 count.calls >= end: Killed',
      '16 false: Killed',
      '16 true: Timeout',
      '2 3 - 4: Killed',
      '20 () => undefined: Killed',
      '20 () => undefined: Survived',
      '23 () => undefined: Survived',
      '23 UNREAD + 1: NoCoverage',
      '3 1 - 1: Survived',
      '6 {}: Killed',
      '7 a <= b: Survived',
      '7 a >= b: Killed',
      '7 false: Killed',
      '7 true: Killed',
    ]);
    expect(scores).toEqual([{ file: sample, noticed: 13, changes: 19 }]);
  }, 120_000);
});
