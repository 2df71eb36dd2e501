import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bar, Measurement, Mode } from './bar.ts';

/** Where the labelled data lies, which is not part of the repository. */
const DATA = process.env['CASTELLAN_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** A bar over labelled data. */
export interface DataBar {
  readonly name: string;
  readonly target: string;
  /** Folders of the data that it needs. */
  readonly needs: readonly string[];
  /** True where there is no smaller form of it: quick runs leave it out. */
  readonly isLong?: boolean;
  measure(data: string): Promise<Measurement>;
}

/** The bar, which is skipped where its data is not there, and in quick runs where it is long. */
export function dataBar({ name, target, needs, isLong = false, measure }: DataBar): Bar {
  return {
    name,
    target,
    async run(mode: Mode) {
      const absent = needs.filter((folder) => !existsSync(join(DATA, folder)));
      if (absent.length > 0) return skipped(`no ${absent.join(', ')} in ${DATA}; CASTELLAN_DATA names another folder`);
      if (isLong && mode === 'quick') return skipped('takes minutes: full runs only');
      return await measure(DATA);
    },
  };
}

const skipped = (why: string): Measurement => ({ figure: `skipped: ${why}`, pass: false, skipped: true });

/** A share for people. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
