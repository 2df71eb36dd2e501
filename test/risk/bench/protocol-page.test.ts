import { describe, expect, it } from 'vitest';
import { toFraudReport } from '../../../src/integrations/bench/fraud-report.ts';
import { readPlotLibrary } from '../../../src/integrations/bench/page/plot-library.ts';
import { reportPage } from '../../../src/integrations/bench/page/report-page.ts';
import { countOf, figureText, type ProtocolTable, shareOf, tableLines } from '../../../src/integrations/bench/protocol-table.ts';
import { runOnMade } from '../../../src/integrations/bench/runs.ts';
import { figuresOf, valueAt } from './page-figures.ts';

const evil = '</script><script>alert(1)</script>';
const tables: readonly ProtocolTable[] = [
  {
    ...{ task: 'T1', title: `lookups ${evil}`, columns: ['what', 'asked', 'found'], notes: [evil] },
    rows: [
      { name: evil, figures: [countOf(3), { unit: 'share', value: 2 / 3, low: 0.5, high: 0.75 }] },
      { name: 'none', figures: [countOf(0), shareOf(0, 0)] },
    ],
  },
];

describe('a table of the protocol', () => {
  it.each([
    [countOf(12), '12'],
    [shareOf(1, 8), '12.5 %'],
    [shareOf(0, 0), '-'],
    [{ unit: 'share', value: 0.5, low: 0.4, high: 0.62 } as const, '50.0 % (40.0 % to 62.0 %)'],
    [{ unit: 'score', value: 0.81 } as const, '0.810'],
    [{ unit: 'rate', value: 4.5, low: 3, high: 6.125 } as const, '4.50 (3.00 to 6.13)'],
  ])('writes %o as %s', (figure, text) => expect(figureText(figure)).toBe(text));

  it('is the same in the report, on its page and as text', async () => {
    const report = toFraudReport({ ...runOnMade({ seed: 3, walletsOfEach: 1, days: 60 }), tables });
    expect(report.tables[0]?.rows[0]?.figures[1]?.value).toBe(0.666667);
    const html = reportPage(report, await readPlotLibrary());
    const figures = figuresOf(html).filter(({ path }) => path.startsWith('tables.'));
    expect(figures.map(({ path, value }) => value === String(valueAt(report, path)))).toEqual([true, true, true, true]);
    expect(figures.map(({ text }) => text)).toEqual(
      tableLines(tables[0] as ProtocolTable)
        .slice(1)
        .flatMap((line) => line.slice(1)),
    );
    expect(html).toContain('The other tasks');
    expect(html.match(/<script/g)).toHaveLength(3);
  });

  it('is not there where nothing was measured', async () => {
    const report = toFraudReport(runOnMade({ seed: 3, walletsOfEach: 1, days: 60 }));
    expect(report.tables).toEqual([]);
    expect(reportPage(report, await readPlotLibrary())).not.toContain('The other tasks');
  });
});
