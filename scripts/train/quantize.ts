/** Figures as the numbers of the bins that they fall into, gauge by gauge. */
export interface Quantized {
  readonly rows: number;
  readonly gauges: number;
  /** Bin of row `r` for gauge `g` at `g * rows + r`. */
  readonly bins: Uint8Array;
  /** Upper ends of the bins of each gauge, rising; above the last lies one bin more. */
  readonly ends: readonly (readonly number[])[];
}

const BINS = 64;
/** What is rare is where fraud is: the tails are cut finer. */
const TAILS = [0.0005, 0.002, 0.005, 0.995, 0.998, 0.999, 0.9995];

/** Most bins of one gauge. */
export const MAX_BINS = BINS + TAILS.length;

/** Cuts every gauge's figures at their quantiles. `values` holds row after row. */
export function quantize(values: Float32Array, gauges: number): Quantized {
  const rows = values.length / gauges;
  const bins = new Uint8Array(values.length);
  const ends: (readonly number[])[] = [];
  const column = new Float32Array(rows);
  for (let gauge = 0; gauge < gauges; gauge += 1) {
    for (let row = 0; row < rows; row += 1) column[row] = values[row * gauges + gauge] as number;
    const sorted = column.toSorted();
    const shares = [...Array.from({ length: BINS - 1 }, (_, at) => (at + 1) / BINS), ...TAILS];
    const cuts = [...new Set(shares.map((share) => sorted[Math.floor(share * rows)] as number))].sort((a, b) => a - b);
    for (let row = 0; row < rows; row += 1) bins[gauge * rows + row] = binOf(cuts, column[row] as number);
    ends.push(cuts);
  }
  return { rows, gauges, bins, ends };
}

function binOf(cuts: readonly number[], value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > (cuts[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
