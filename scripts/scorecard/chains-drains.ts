import { countTests } from './api-tests.ts';
import type { Bar } from './bar.ts';

const TESTS = 'test/attack/drains';
const AT_LEAST = 30;

/** Ways to rob a wallet by what it signs, each a test of its own: at every door that can carry it, and the same without the trick. */
export const bars: readonly Bar[] = [
  {
    name: 'drain techniques',
    target: `at least ${AT_LEAST}, each denied at every door that can carry it`,
    async run() {
      const { passed, skipped, failed } = await countTests(TESTS);
      return {
        figure: `${passed} of ${passed + skipped + failed.length} denied`,
        pass: passed >= AT_LEAST && skipped === 0 && failed.length === 0,
        notes: [TESTS, ...failed.slice(0, 8)],
      };
    },
  },
];
