import type { Clock } from '../core/clock.ts';
import type { Store } from '../core/store.ts';
import { createManualClock } from './manual-clock.ts';
import { accountingChecks } from './store-conformance/accounting.ts';
import type { StoreCheck, SuiteRunner } from './store-conformance/check.ts';
import { documentChecks } from './store-conformance/documents.ts';
import { ledgerChecks } from './store-conformance/ledger.ts';
import { logChecks } from './store-conformance/log.ts';
import { outcomeChecks } from './store-conformance/outcome.ts';
import { permitChecks } from './store-conformance/permit.ts';
import { pruneChecks } from './store-conformance/prune.ts';
import { rateChecks } from './store-conformance/rate.ts';
import { replacementChecks } from './store-conformance/replacement.ts';
import { slotChecks } from './store-conformance/slot.ts';
import { timeChecks } from './store-conformance/time.ts';
import { warningChecks } from './store-conformance/warning.ts';

export type { StoreCheck, SuiteRunner } from './store-conformance/check.ts';

/** Opens an empty store on this clock. The suite closes it. */
export type OpenStore = (clock: Clock) => Promise<Store> | Store;

const FAMILIES: Readonly<Record<string, readonly StoreCheck[]>> = {
  ledger: ledgerChecks,
  accounting: accountingChecks,
  warning: warningChecks,
  permit: permitChecks,
  slot: slotChecks,
  replacement: replacementChecks,
  rate: rateChecks,
  outcome: outcomeChecks,
  log: logChecks,
  prune: pruneChecks,
  documents: documentChecks,
  time: timeChecks,
};

/**
 * The conformance suite of the Store port: registers every check with the runner. A store that passes decides like ours.
 *
 * @param runner - `describe`, `it` and `expect` of the test runner
 * @param open - makes an empty store on the clock that it is given
 * @example
 * ```ts
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { storeConformance } from 'castellan/testing';
 *
 * const names: string[] = [];
 * const suite = { describe: (_: string, body: () => void) => body(), it: (name: string) => void names.push(name), expect: () => undefined as never };
 * storeConformance(suite, 'my store', (clock) => createMemoryStore({ clock }));
 * console.log(names.length > 20); // true
 * ```
 */
export function storeConformance(runner: SuiteRunner, name: string, open: OpenStore): void {
  for (const [family, checks] of Object.entries(FAMILIES)) {
    runner.describe(`${name}: ${family}`, () => {
      for (const check of checks) {
        runner.it(check.name, async () => {
          const clock = createManualClock();
          const store = await open(clock);
          try {
            await check.run({ store, clock, expect: runner.expect });
          } finally {
            await store.close();
          }
        });
      }
    });
  }
}
