import { MAX_BINS, type Quantized } from './quantize.ts';

/** Slopes and curvatures of the loss, by row. */
export interface Slopes {
  readonly slope: Float64Array;
  readonly curve: Float64Array;
}

/** Sums of slopes and curvatures of some rows by gauge and bin: `MAX_BINS` cells for each of the gauges looked at. */
export interface Histogram extends Slopes {
  readonly slopeSum: number;
  readonly curveSum: number;
}

/** Adds up what the rows say of each gauge. */
export function histogramOf(data: Quantized, rows: Int32Array, gauges: readonly number[], { slope, curve }: Slopes): Histogram {
  const sums = { slope: new Float64Array(gauges.length * MAX_BINS), curve: new Float64Array(gauges.length * MAX_BINS) };
  let slopeSum = 0;
  let curveSum = 0;
  for (const row of rows) {
    slopeSum += slope[row] as number;
    curveSum += curve[row] as number;
  }
  for (const [at, gauge] of gauges.entries()) {
    const offset = gauge * data.rows;
    const first = at * MAX_BINS;
    for (let place = 0; place < rows.length; place += 1) {
      const row = rows[place] as number;
      const cell = first + (data.bins[offset + row] as number);
      sums.slope[cell] = (sums.slope[cell] as number) + (slope[row] as number);
      sums.curve[cell] = (sums.curve[cell] as number) + (curve[row] as number);
    }
  }
  return { ...sums, slopeSum, curveSum };
}

/** What is left of the whole without a part of its rows. */
export function without(whole: Histogram, part: Histogram): Histogram {
  return {
    slope: whole.slope.map((sum, cell) => sum - (part.slope[cell] as number)),
    curve: whole.curve.map((sum, cell) => sum - (part.curve[cell] as number)),
    slopeSum: whole.slopeSum - part.slopeSum,
    curveSum: whole.curveSum - part.curveSum,
  };
}
