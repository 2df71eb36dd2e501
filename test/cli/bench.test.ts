import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figuresOf, valueAt } from '../risk/bench/page-figures.ts';
import { freshDirectory } from './deployment.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const MOST_BYTES = 64 * 1_024 * 1_024;

/** Chromium or a browser of its family: the one that is named, or the first on the path. */
function findBrowser(): string | undefined {
  const named = process.env['CASTELLAN_CHROMIUM'];
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found =
    named ??
    (process.env['PATH'] ?? '')
      .split(':')
      .flatMap((folder) => names.map((name) => join(folder, name)))
      .find(existsSync);
  if (found === undefined && process.env['CASTELLAN_REQUIRE_SERVICES'] === '1')
    throw new Error('Chromium is required and not installed: name one by CASTELLAN_CHROMIUM.');
  return found;
}

const folders = [freshDirectory(), freshDirectory()] as const;
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const read = (at: 0 | 1, name: string): string => readFileSync(join(folders[at], name), 'utf8');
let tookMs = 0;
let said = '';
beforeAll(async () => {
  const from = performance.now();
  ({ stdout: said } = await run(process.execPath, ['bench/fraud.ts', '--out', folders[0]], { cwd: root, maxBuffer: MOST_BYTES }));
  tookMs = performance.now() - from;
  await run(process.execPath, ['bench/fraud.ts', '--out', folders[1]], { cwd: root, maxBuffer: MOST_BYTES });
}, 400_000);

describe('npm run bench:fraud', () => {
  it('takes less than three minutes and writes the same bytes each time', () => {
    expect(tookMs).toBeLessThan(180_000);
    for (const name of ['fraud-report.html', 'fraud-report.json']) expect(read(0, name) === read(1, name), name).toBe(true);
  });

  it('prints what it writes: a table of types for each detector, and all of them beside each other', () => {
    const report = JSON.parse(read(0, 'fraud-report.json'));
    expect(report.detectors.map(({ name }: { readonly name: string }) => name)).toEqual([
      'castellan, as shipped',
      'castellan, threshold of such agents',
      'z-score of the amount',
      'spend velocity',
      'above the 99th percentile',
      'isolation forest',
    ]);
    for (const { name, caught, campaigns, falsePer1000 } of report.detectors) {
      expect(said).toContain(`\n${name}\ntype `);
      expect(said).toMatch(new RegExp(`^all +${caught}/${campaigns} .* ${falsePer1000.toFixed(2).replace('.', '\\.')} `, 'm'));
    }
    expect(report.campaigns).toBeGreaterThan(200);
  });
});

const browser = findBrowser();
describe.skipIf(browser === undefined)('the report in a browser', () => {
  let dom = '';
  let errors = '';
  beforeAll(async () => {
    const profile = join(folders[0], 'profile');
    const page = pathToFileURL(join(folders[0], 'fraud-report.html')).href;
    const quiet = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--hide-scrollbars', '--window-size=1200,900'];
    const asked = [`--user-data-dir=${profile}`, '--enable-logging=stderr', '--virtual-time-budget=10000', '--dump-dom', page];
    ({ stdout: dom, stderr: errors } = await run(browser as string, [...quiet, ...asked], { maxBuffer: MOST_BYTES, timeout: 120_000 }));
  }, 150_000);

  it('runs its scripts under its own policy and draws every chart that stands open', () => {
    expect(errors).not.toMatch(/CONSOLE.*(?:Refused|Uncaught|Content Security Policy)/);
    const [html = ''] = /<html[^>]*>/.exec(dom) ?? [];
    expect(html).toContain('data-ready="true"');
    const report = JSON.parse(read(0, 'fraud-report.json'));
    const types = new Set(report.timelines.map(({ type }: { readonly type: string }) => type));
    expect(html).toContain(`data-charts="${3 + types.size}"`);
    const canvases = [...dom.matchAll(/<canvas[^>]*width="(\d+)"[^>]*height="(\d+)"/g)].map(
      ([, width, height]) => Number(width) * Number(height),
    );
    expect(canvases).toHaveLength(3 + types.size);
    expect(Math.min(...canvases)).toBeGreaterThan(300 * 150);
    for (const chart of ['curve', 'types', 'loss'])
      expect(dom).toMatch(new RegExp(`data-chart="${chart}"[^>]*data-series="${report.detectors.length + Number(chart === 'loss')}"`));
    // One row of the legend for each series and one for the axis.
    expect(dom.match(/class="u-series/g)?.length).toBe(6 + 1 + (6 + 1) + (7 + 1) + types.size * 6);
  });

  it('shows the figures of the JSON', () => {
    const report = JSON.parse(read(0, 'fraud-report.json'));
    const figures = figuresOf(dom);
    expect(figures.length).toBeGreaterThan(300);
    expect(figures.filter(({ path, value }) => value !== String(valueAt(report, path)))).toEqual([]);
    expect(JSON.parse(/id="report">([\s\S]*?)<\/script>/.exec(dom)?.[1] ?? '')).toEqual(report);
  });
});
