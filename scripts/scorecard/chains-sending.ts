import type { Bar } from './bar.ts';
import { reorgDepths } from './chains-sending-reorgs.ts';
import { type RetryReport, retryOnEvm, retryOnTon } from './chains-sending-retries.ts';

const FINAL_AFTER = 12;
const SEED = 20_261_121;
/** Faults that are told one by one. */
const SHOWN = 8;

const count = (value: number): string => value.toLocaleString('en');

function retryBar(chain: string, quick: number, run: (retries: number, seed: number) => Promise<RetryReport>): Bar {
  return {
    name: `payments asked for again and again, ${chain}`,
    target: '0 double payments',
    async run(mode) {
      const report = await run(mode === 'full' ? 10_000 : quick, SEED);
      const { retries, requests, denied, early, doublePayments, networkFaults, storeFaults, faults } = report;
      return {
        figure: `${doublePayments} double payments in ${count(retries)} retries`,
        pass: doublePayments === 0 && faults.length === 0,
        notes: [
          `${requests} requests (${denied} denied) by two processes on one store, seed ${SEED}; ${count(early)} of the retries before the payment was final`,
          `${count(networkFaults)} faults of the network, and ${storeFaults} steps of the store cut off`,
          ...(faults.length === 0 ? [] : [`${faults.length} faults, of them:`, ...faults.slice(0, SHOWN)]),
        ],
      };
    },
  };
}

const reorgBar: Bar = {
  name: 'reorganisations, depth 1 to 64',
  target: 'room never free early, booked once',
  async run(mode) {
    const depths = mode === 'full' ? Array.from({ length: 64 }, (_, index) => index + 1) : [1, 2, 5, 17, 64];
    const { freedEarly, faults } = await reorgDepths(depths, FINAL_AFTER);
    return {
      figure: `${freedEarly} of ${depths.length} depths freed early`,
      pass: freedEarly === 0 && faults.length === 0,
      notes: [`final after ${FINAL_AFTER} blocks: below it and past it`, ...faults],
    };
  },
};

/** Sending and settling: one payment is one payment, whatever is lost on the way. */
export const bars: readonly Bar[] = [retryBar('EVM', 100, retryOnEvm), retryBar('TON', 50, retryOnTon), reorgBar];
