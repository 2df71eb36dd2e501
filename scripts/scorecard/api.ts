import { reportApi } from '../api/api-report.ts';
import { entryPoints } from '../api/entry-points.ts';
import { importGraph, measureImport } from '../api/import-cost.ts';
import { packageSize } from '../api/package-size.ts';
import { countTests } from './api-tests.ts';
import type { Bar } from './bar.ts';

const MAX_IMPORT_MS = 80;

const importBar: Bar = {
  name: "import 'castellan'",
  isTiming: true,
  target: `less than ${MAX_IMPORT_MS} ms over a bare process`,
  async run(mode) {
    const { bareMs, withImportMs, costMs, rounds } = measureImport(mode === 'full' ? 31 : 15);
    return {
      figure: `${costMs.toFixed(0)} ms`,
      pass: costMs < MAX_IMPORT_MS,
      notes: [`median of ${rounds} pairs of fresh processes: ${withImportMs.toFixed(0)} ms with it, ${bareMs.toFixed(0)} ms without`],
    };
  },
};

/** Libraries that only their own subpath, or the first message, may load. */
const OPTIONAL = /^(?:viem|@ton\/.+|nodemailer)$/;

const graphBar: Bar = {
  name: 'what importing loads',
  target: 'no viem, @ton or nodemailer',
  async run() {
    const graph = [...importGraph()];
    const unwanted = graph.filter(([name]) => OPTIONAL.test(name));
    const files = graph.reduce((total, [, count]) => total + count, 0);
    return {
      figure: unwanted.length === 0 ? `none in ${files} files` : unwanted.map(([name]) => name).join(', '),
      pass: unwanted.length === 0 && files > 0,
      notes: [graph.map(([name, count]) => `${name === '.' ? 'castellan' : name} ${count}`).join(', ')],
    };
  },
};

const MAX_PACKED_MB = 2;
/** What a package may hold: the build, the documents, and the papers. */
const PACKED = /^(?:dist\/|docs\/|package\.json$|README\.md$|CHANGELOG\.md$|LICENSE$)/;

const sizeBar: Bar = {
  name: 'size of the package',
  target: `packed at most ${MAX_PACKED_MB} MB, nothing but build and papers`,
  async run() {
    const { packedBytes, unpackedBytes, files } = packageSize();
    const strange = files.filter((path) => !PACKED.test(path));
    const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
    return {
      figure: `${mb(packedBytes)} packed, ${mb(unpackedBytes)} unpacked`,
      pass: packedBytes <= MAX_PACKED_MB * 1e6 && strange.length === 0 && files.some((path) => path === 'dist/index.js'),
      notes: [`${files.length} files`, ...strange.slice(0, 8)],
    };
  },
};

const documentedBar: Bar = {
  name: 'exports without documentation',
  target: '0, and the reports in git are current',
  async run() {
    const reports = reportApi(entryPoints(), false);
    const findings = reports.flatMap((report) => report.findings);
    const stale = reports.filter(({ changed }) => changed).map(({ entry }) => entry.specifier);
    return {
      figure: `${findings.length}, ${stale.length} of ${reports.length} reports differ`,
      pass: findings.length === 0 && stale.length === 0,
      notes: [...stale.map((specifier) => `differs: ${specifier}`), ...findings.slice(0, 8).map(({ text }) => text)],
    };
  },
};

/** A bar that is met where all tests below a path pass, and at least so many. */
const testsBar = (name: string, path: string, atLeast: number, target: string): Bar => ({
  name,
  target,
  async run() {
    const { passed, skipped, failed } = await countTests(path);
    return {
      figure: `${passed} passed, ${failed.length} failed, ${skipped} skipped`,
      pass: passed >= atLeast && failed.length === 0,
      notes: [path, ...failed.slice(0, 8)],
    };
  },
});

/** The promises of the public API, in the order of its issue. */
export const bars: readonly Bar[] = [
  testsBar('snippets of the reference', 'test/reference', 1, 'every one runs'),
  testsBar('fields of the configuration', 'test/config/every-field.test.ts', 1, 'each has a test of its effect'),
  testsBar('attacks on the API', 'test/attack/api', 60, 'at least 60, each refused'),
  documentedBar,
  sizeBar,
  importBar,
  graphBar,
];
