import type { Bar } from './bar.ts';
import { clientBar } from './ton-client.ts';
import { dryRunBar } from './ton-dry-run.ts';
import { equalityBar } from './ton-equality.ts';
import { frostBar } from './ton-frost.ts';
import { sendsBar } from './ton-sends.ts';
import { tonDecideBar } from './ton-speed.ts';
import { chainWordsBar, conformanceBar, hazardsBar, vectorsBar } from './ton-test-bars.ts';
import { testResults } from './ton-tests.ts';

/** In the quick form the tests run beside all that follows, whose timings it only shows; the bars that tell of them come last. */
const firstBar: Bar = {
  ...equalityBar,
  run(mode, report) {
    // What goes wrong with them is told by the bars that ask.
    if (mode === 'quick') testResults().catch(() => undefined);
    return equalityBar.run(mode, report);
  },
};

/** The promises of the gate on TON. */
export const bars: readonly Bar[] = [
  firstBar,
  sendsBar,
  clientBar,
  dryRunBar,
  tonDecideBar,
  frostBar,
  conformanceBar,
  chainWordsBar,
  vectorsBar,
  hazardsBar,
];
