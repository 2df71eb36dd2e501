import { startTonDevChain } from '../../src/testing/index.ts';
import { runClientScript } from '../../test/ton-devchain/client-script.ts';
import type { Bar } from './bar.ts';

/** Calls of the script that the bar speaks of. */
const FEWEST_CALLS = 40;

/** The official client and its wallets, as they come from the registry, against the dev chain. */
export const clientBar: Bar = {
  name: 'official TonClient on the dev chain',
  target: `a script of ${FEWEST_CALLS} calls, unchanged`,
  async run() {
    await using chain = await startTonDevChain();
    const calls = await runClientScript(chain);
    const failed = calls.filter(({ ok }) => !ok);
    return {
      figure: `${calls.length - failed.length} of ${calls.length} calls ok`,
      pass: failed.length === 0 && calls.length >= FEWEST_CALLS,
      notes: failed.slice(0, 8).map((call) => JSON.stringify(call)),
    };
  },
};
