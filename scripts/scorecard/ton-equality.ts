import { runRandomPayments } from '../../test/ton/random-payments.ts';
import type { Bar } from './bar.ts';

/** Random payments on a dev chain, each simulated and then really sent. */
export const equalityBar: Bar = {
  name: 'simulated and executed balances',
  target: 'equal to the last nanoton, storage fees apart',
  async run(mode, report) {
    const count = mode === 'full' ? 500 : 30;
    report(`${count} random native, jetton and batch payments`);
    const { byKind, exact, mostStorage, mostUncounted, failing, differences } = await runRandomPayments(count, 'scorecard');
    return {
      figure: `${differences.length} differences in ${count} payments`,
      pass: differences.length === 0,
      notes: [
        `${JSON.stringify(byKind)}; ${exact} exact with storage; failing alike: ${failing.length}; storage at most ${mostStorage} nanoton, of which at most ${mostUncounted} fell due between the two`,
        ...differences.slice(0, 8),
      ],
    };
  },
};
