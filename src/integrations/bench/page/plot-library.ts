import { fileURLToPath } from 'node:url';
import { readText } from '../../../adapters/host/index.ts';
import { CastellanError } from '../../../core/errors.ts';

/** The plotting library as it is written into a page. */
export interface PlotLibrary {
  readonly script: string;
  readonly style: string;
}

/** Longer than uPlot ever was, characters. */
const MOST_BYTES = 500_000;

/** uPlot as its package has it. @throws CONFIG_INVALID where it is not installed */
export async function readPlotLibrary(): Promise<PlotLibrary> {
  const [script, style] = [
    await read(import.meta.resolve('uplot/dist/uPlot.iife.min.js')),
    await read(import.meta.resolve('uplot/dist/uPlot.min.css')),
  ];
  return { script, style };
}

async function read(url: string): Promise<string> {
  const text = await readText(fileURLToPath(url), MOST_BYTES);
  if (text === undefined)
    throw new CastellanError('CONFIG_INVALID', { message: 'The charts need the package uplot, which is not installed.' });
  // The end of the element that it will stand in.
  return text.replaceAll('</', '<\\/');
}
