import { sha256 } from '../../../core/digest.ts';
import type { DetectorReport, FraudReport } from '../fraud-report.ts';
import { percentText } from '../percent-text.ts';
import { figureText, type ProtocolTable } from '../protocol-table.ts';
import { spanText } from '../report-lines.ts';
import { type Cell, chartHtml, embeddedJson, escapeHtml, tableHtml } from './markup.ts';
import type { PlotLibrary } from './plot-library.ts';
import { PAGE_SCRIPT } from './script.ts';
import { PAGE_STYLE } from './style.ts';

/** How the file begins: what does not is no report of ours, and is not written over. */
export const REPORT_MARK = '<!doctype html>\n<!-- castellan fraud report -->\n';

/** The report as one page that needs no network: charts, tables, and the JSON that both are of. */
export function reportPage(report: FraudReport, library: PlotLibrary): string {
  const styles = [library.style, PAGE_STYLE];
  const scripts = [library.script, PAGE_SCRIPT];
  const sources = (texts: readonly string[]): string =>
    texts.map((text) => `'sha256-${Buffer.from(sha256(text)).toString('base64')}'`).join(' ');
  const policy = `default-src 'none'; script-src ${sources(scripts)}; style-src ${sources(styles)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return `${REPORT_MARK}<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>castellan: fraud report</title>
${styles.map((text) => `<style>${text}</style>`).join('\n')}
</head>
<body>
<main>
${sections(report).join('\n')}
</main>
<script type="application/json" id="report">${embeddedJson(report)}</script>
${scripts.map((text) => `<script>${text}</script>`).join('\n')}
</body>
</html>
`;
}

function sections(report: FraudReport): readonly string[] {
  const { source, model, wallets, counted, campaigns, bad, detectors, limits } = report;
  return [
    '<h1>What was caught, what was lost, what was alarmed in vain</h1>',
    `<p>Source: ${escapeHtml(source)}. Model: ${escapeHtml(model)}. ${wallets} wallets, ${counted} counted actions, ${bad} of them bad, in ${campaigns} campaigns.</p>`,
    '<noscript><p>The charts need scripts; all figures stand in the tables.</p></noscript>',
    compareTable(detectors),
    '<h2>What these figures do not show</h2>',
    `<ul>${limits.map((limit) => `<li>${escapeHtml(limit)}</li>`).join('')}</ul>`,
    '<h2>Charts</h2>',
    chartHtml(
      'curve',
      'Precision and recall',
      'Each line is one detector at all thresholds: how many of its alarms are right, by how many of the bad actions it alarms. Up and to the right is better.',
    ),
    chartHtml(
      'types',
      'Campaigns caught, by type',
      'Bars are the first detector, points the others: the share of campaigns of each type with at least one alarm.',
    ),
    chartHtml(
      'loss',
      'Value lost over time',
      'How much of a campaign’s value has left since it began, mean over campaigns, where the first alarm stops all that follows. The dashed line without a detector is what there is to lose.',
    ),
    '<h2>By type</h2>',
    ...detectors.map((detector, at) => typeTable(detector, `detectors.${at}`)),
    ...(report.groups.length === 0 ? [] : ['<h2>By agent</h2>', groupTable(report)]),
    ...(report.tables.length === 0 ? [] : ['<h2>The other tasks</h2>', ...report.tables.map(protocolTable)]),
    '<h2>Timelines</h2>',
    '<p class="soft">Every point is one action of the wallet, in order; the higher, the more unlike its habits. Points above the dashed line are alarms. The line through the chart marks where the campaign begins.</p>',
    ...timelineSections(report),
  ];
}

function compareTable(detectors: readonly DetectorReport[]): string {
  const rows = detectors.map(({ name, recall, falseAlarms, macro, lost, surprised }, at): readonly Cell[] => {
    const figure = (path: string, value: number, text: string): Cell => ({ path: `detectors.${at}.${path}`, value, text });
    return [
      name,
      figure('recall.value', recall.value, percentText(recall.value)),
      `${percentText(recall.low)} to ${percentText(recall.high)}`,
      figure('macro', macro, percentText(macro)),
      figure('falseAlarms.value', falseAlarms.value, falseAlarms.value.toFixed(2)),
      `${falseAlarms.low.toFixed(2)} to ${falseAlarms.high.toFixed(2)}`,
      figure('lost', lost, percentText(lost)),
      figure('surprised', surprised, percentText(surprised)),
    ];
  });
  const head = [
    'detector',
    'recall',
    '95 %',
    'recall, mean of types',
    'false alarms in 1,000',
    '95 %',
    'value lost before alarm',
    'surprises alarmed',
  ];
  return tableHtml('Recall is the share of campaigns with at least one alarm. Bounds are of wallets drawn anew.', head, rows);
}

function typeTable({ name, rule, types }: DetectorReport, path: string): string {
  const rows = types.map(({ type, isBad, campaigns, caught, actions, alarms, lost, delayMs }, at): readonly Cell[] => {
    const figure = (field: string, value: number | null, text: string): Cell => ({ path: `${path}.types.${at}.${field}`, value, text });
    return [
      type,
      isBad ? 'attack' : 'harmless',
      figure('campaigns', campaigns, String(campaigns)),
      figure('caught', caught, String(caught)),
      isBad ? percentText(caught / campaigns) : '-',
      figure('actions', actions, String(actions)),
      figure('alarms', alarms, String(alarms)),
      isBad ? '-' : ((1_000 * alarms) / actions).toFixed(1),
      isBad ? figure('lost', lost, percentText(lost)) : '-',
      isBad ? figure('delayMs', delayMs, spanText(delayMs)) : '-',
    ];
  });
  const head = [
    'type',
    'kind',
    'campaigns',
    'alarmed',
    'recall',
    'actions',
    'alarms',
    'false alarms in 1,000',
    'value lost before alarm',
    'delay, median',
  ];
  return tableHtml(`${name}: alarms at ${rule}.`, head, rows);
}

function groupTable({ groups }: FraudReport): string {
  const rows = groups.map(({ group, wallets, good, falsePer1000, campaigns, caught }, at): readonly Cell[] => {
    const figure = (field: string, value: number, text: string): Cell => ({ path: `groups.${at}.${field}`, value, text });
    return [
      group,
      figure('wallets', wallets, String(wallets)),
      figure('good', good, String(good)),
      figure('falsePer1000', falsePer1000, falsePer1000.toFixed(2)),
      figure('campaigns', campaigns, String(campaigns)),
      figure('caught', caught, String(caught)),
    ];
  });
  return tableHtml(
    'The first detector, by kind of agent.',
    ['agent', 'wallets', 'good actions', 'false alarms in 1,000', 'campaigns', 'caught'],
    rows,
  );
}

function protocolTable({ task, title, columns, rows, notes }: ProtocolTable, at: number): string {
  const cells = rows.map(({ name, figures }, row): readonly Cell[] => [
    name,
    ...figures.map((figure, column): Cell => {
      const path = `tables.${at}.rows.${row}.figures.${column}.value`;
      return { path, value: figure.value, text: figureText(figure) };
    }),
  ]);
  const said = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  return `<section>${tableHtml(`${task}: ${title}`, columns, cells)}${said === '' ? '' : `<ul class="soft">${said}</ul>`}</section>`;
}

/** The first timeline of a type stands open, the others are drawn when somebody looks. */
function timelineSections({ timelines }: FraudReport): readonly string[] {
  const byType = Map.groupBy(timelines.keys(), (at) => timelines[at]?.type ?? '');
  return [...byType].map(([type, [first, ...others]]) => {
    const chart = (at: number | undefined): string => {
      const one = at === undefined ? undefined : timelines[at];
      if (one === undefined) return '';
      const came = one.caught
        ? `First alarm after ${spanText(one.delayMs)}; ${percentText(one.lost)} of the value had left`
        : 'No alarm: all of the value left';
      const moved = one.points.filter(({ isCampaign }) => isCampaign).slice(0, 3);
      return chartHtml(`timeline:${at}`, `${one.wallet}: ${type}`, `${came}. It began with ${moved.map(({ what }) => what).join(', ')}.`);
    };
    const rest =
      others.length === 0
        ? ''
        : `<details><summary>${others.length} more of ${escapeHtml(type)}</summary>${others.map(chart).join('\n')}</details>`;
    return `<section><h3>${escapeHtml(type)}</h3>${chart(first)}${rest}</section>`;
  });
}
