import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FraudReport, toFraudReport } from '../../../src/integrations/bench/fraud-report.ts';
import { embeddedJson, escapeHtml } from '../../../src/integrations/bench/page/markup.ts';
import { readPlotLibrary } from '../../../src/integrations/bench/page/plot-library.ts';
import { reportPage } from '../../../src/integrations/bench/page/report-page.ts';
import { HABIT_MODEL_VERSION } from '../../../src/integrations/bench/risk-parts.ts';
import { runOnMade } from '../../../src/integrations/bench/runs.ts';
import { timelinesOf } from '../../../src/integrations/bench/timelines.ts';
import { writeReport } from '../../../src/integrations/bench/write-report.ts';
import { canvasIn, runPage } from './fake-browser.ts';
import { figuresOf, valueAt } from './page-figures.ts';

const SIZE = { seed: 3, walletsOfEach: 2, days: 90 };
const folder = mkdtempSync(join(tmpdir(), 'castellan-report-'));
afterAll(() => rmSync(folder, { recursive: true }));
const run = runOnMade(SIZE);
let report: FraudReport;
let html = '';
beforeAll(async () => {
  report = toFraudReport(run);
  html = reportPage(report, await readPlotLibrary());
});

describe('the page', () => {
  it('shows in its tables the figures of the JSON', () => {
    const figures = figuresOf(html);
    expect(figures.length).toBeGreaterThan(150);
    expect(figures.filter(({ path, value }) => value !== String(valueAt(report, path)))).toEqual([]);
    for (const at of report.detectors.keys()) expect(figures.map(({ path }) => path)).toContain(`detectors.${at}.recall.value`);
    expect(html).toContain(`>${(100 * (report.detectors[1]?.recall.value ?? -1)).toFixed(1)} %<`);
  });

  it('carries the very JSON that is written beside it', () => {
    const text = /id="report">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(JSON.parse(text)).toEqual(report);
  });

  it('names the model that was measured, and draws a timeline of every campaign', () => {
    expect(report.model).toBe(HABIT_MODEL_VERSION);
    expect(timelinesOf([], [], run.scored[0])).toEqual([]);
    expect(report.timelines).toHaveLength(report.campaigns);
  });

  it('lets nothing run but its own two scripts, and asks nothing of the network', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text = '']) => text);
    expect([scripts.length, styles.length]).toEqual([2, 2]);
    expect(policy).toContain(`script-src ${scripts.map(digest).join(' ')};`);
    expect(policy).toContain(`style-src ${styles.map(digest).join(' ')};`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/\s(?:src|style|on\w+)=/);
    expect([...html.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href)).toEqual(['data:,']);
  });

  it('is the same to the last byte when it is made again', async () => {
    expect(reportPage(toFraudReport(runOnMade(SIZE)), await readPlotLibrary()) === html).toBe(true);
  });

  it('takes names for text, whatever stands in them', async () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
    const [first, ...rest] = report.timelines;
    const bad = { ...report, source: evil, timelines: [{ ...(first as NonNullable<typeof first>), wallet: evil, type: evil }, ...rest] };
    const page = reportPage(bad, await readPlotLibrary());
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page).not.toContain('<img');
    expect(JSON.parse(/id="report">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '')).toEqual(bad);
    expect(escapeHtml(evil)).not.toMatch(/[<>"']/);
    expect(embeddedJson('\u2028<!--')).toBe('"\\u2028\\u003c!--"');
  });
});

describe('the charts', () => {
  it('are drawn by the plotting library: all four kinds, a series for each detector, a timeline for each campaign', async () => {
    const { root, places } = await runPage(html);
    expect(root.dataset).toMatchObject({ ready: 'true', charts: String(places.length) });
    expect(places).toHaveLength(3 + report.timelines.length);
    const detectors = report.detectors.length;
    const series = (chart: string): number => Number(places.find(({ dataset }) => dataset['chart'] === chart)?.dataset['series']);
    expect(['curve', 'types', 'loss', 'timeline:0'].map(series)).toEqual([detectors, detectors, detectors + 1, 5]);
    for (const place of places) {
      const canvas = canvasIn(place);
      expect(canvas?.calls.get('stroke') ?? 0, place.dataset['chart']).toBeGreaterThan(3);
    }
  });

  it('name every type under its bar, and mark where a campaign begins and where it was first alarmed', async () => {
    const { places } = await runPage(html);
    const texts = (chart: string): readonly string[] =>
      canvasIn(places.find(({ dataset }) => dataset['chart'] === chart) as (typeof places)[number])?.texts ?? [];
    const types = report.detectors[0]?.types.filter(({ isBad }) => isBad).map(({ type }) => type) ?? [];
    expect(types.length).toBeGreaterThan(5);
    expect(texts('types')).toEqual(expect.arrayContaining(types));
    const caught = report.timelines.findIndex((timeline) => timeline.caught);
    const missed = report.timelines.findIndex((timeline) => !timeline.caught);
    expect(texts(`timeline:${caught}`)).toEqual(expect.arrayContaining(['campaign begins', 'first alarm']));
    expect(texts(`timeline:${missed}`)).toContain('campaign begins');
    expect(texts(`timeline:${missed}`)).not.toContain('first alarm');
  });

  it('say that there is nothing to draw where nothing is bad', async () => {
    const stream = run.stream.filter(({ isBad }) => !isBad);
    const scored = { name: 'nobody', rule: 'nothing', scores: new Float64Array(stream.length), isAlarm: () => false };
    const page = reportPage(toFraudReport({ source: 'none', limits: [], stream, scored: [scored] }), await readPlotLibrary());
    const { places } = await runPage(page);
    expect(places.map(({ dataset, textContent }) => [dataset['chart'], textContent])).toContainEqual(['curve', 'Nothing to draw.']);
  });
});

describe('writing a report', () => {
  it('writes over reports, and over nothing else', async () => {
    const [page = '', json = ''] = await writeReport(folder, report);
    const before = [readFileSync(page, 'utf8'), readFileSync(json, 'utf8')];
    expect(before[0]).toBe(html);
    expect(JSON.parse(before[1] ?? '')).toEqual(report);
    await writeReport(folder, report);
    expect([readFileSync(page, 'utf8'), readFileSync(json, 'utf8')]).toEqual(before);
    writeFileSync(json, '{"somebody": "else"}');
    await expect(writeReport(folder, report)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(json, 'utf8')).toBe('{"somebody": "else"}');
  });
});
