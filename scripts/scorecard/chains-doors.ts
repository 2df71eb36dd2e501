import { countTests } from './api-tests.ts';
import type { Bar } from './bar.ts';

/** Doors × flows: send, deploy, login, permit; replace and cancel; and what a person has to decide. */
const FLOWS: readonly (readonly [path: string, atLeast: number])[] = [
  ['test/doors/flows.test.ts', 24],
  ['test/doors/flows-replace.test.ts', 6],
  ['test/doors/flows-asked.test.ts', 9],
];

const flowsBar: Bar = {
  name: 'wallet flows through the guarded doors',
  target: 'each passes where the policy allows it, and is refused where not',
  async run(mode) {
    const chosen = mode === 'full' ? FLOWS : FLOWS.slice(1, 2);
    const counts = [];
    for (const [path] of chosen) counts.push(await countTests(path));
    const wanted = chosen.reduce((sum, [, atLeast]) => sum + atLeast, 0);
    const passed = counts.reduce((sum, count) => sum + count.passed, 0);
    const failed = counts.flatMap((count) => count.failed);
    return {
      figure: `${passed} of ${wanted} flows`,
      pass: passed >= wanted && failed.length === 0,
      notes: ['viem account, viem client, provider and gateway, by viem, ethers and raw JSON-RPC', ...failed.slice(0, 8)],
    };
  },
};

/** What existing agent code does with its wallet, through every door. */
export const bars: readonly Bar[] = [flowsBar];
