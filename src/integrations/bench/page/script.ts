/**
 * Draws the charts of a report with uPlot, from the JSON in the page. It asks nothing of the network. A text and not a function: it runs in a browser, and no build
 * may rename what is in it. `#all` at the end of the address opens every timeline.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const report = JSON.parse(document.getElementById('report').textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const of = (at) => colour('--c' + (at % 7));
  const percent = (_u, value) => (value == null ? '' : (100 * value).toFixed(1) + ' %');
  const percents = (_u, splits) => splits.map((value) => Math.round(100 * value) + ' %');
  const axis = (label, more) => ({ label, stroke: colour('--ink'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') }, ...more });
  const marks = (label, ink, size, value) => ({ label, value, stroke: ink, paths: () => null, points: { show: true, size, stroke: ink, fill: ink } });
  const span = (s) => {
    const size = Math.abs(s);
    const text = size < 60 ? size.toFixed(0) + ' s' : size < 3600 ? (size / 60).toFixed(0) + ' min' : size < 172800 ? (size / 3600).toFixed(1) + ' h' : (size / 86400).toFixed(0) + ' d';
    return (s < 0 ? '\\u2212' : s > 0 ? '+' : '') + text;
  };
  const noted = (at, value) => (_u, _v, _series, index) => (index == null ? '' : value(index));

  const curve = () => {
    const detectors = report.detectors.map((detector, at) => ({ detector, at })).filter(({ detector }) => detector.curve.length > 0);
    if (detectors.length === 0) return undefined;
    const data = uPlot.join(detectors.map(({ detector }) => [detector.curve.map(({ recall }) => recall), detector.curve.map(({ precision }) => precision)]));
    return {
      data,
      height: 340,
      opts: {
        scales: { x: { time: false, range: [0, 1] }, y: { range: [0, 1.02] } },
        axes: [axis('recall: share of bad actions alarmed', { values: percents }), axis('precision: share of alarms that are right', { values: percents })],
        series: [
          { label: 'recall', value: percent },
          ...detectors.map(({ detector, at }) => ({ label: detector.name, stroke: of(at), width: at === 0 ? 3 : 2, dash: at === 0 ? [] : [4 + 2 * at, 4], spanGaps: true, value: percent, points: { show: detector.curve.length < 2 } })),
        ],
      },
    };
  };

  const types = () => {
    const names = report.detectors[0].types.filter(({ isBad }) => isBad).map(({ type }) => type);
    if (names.length === 0) return undefined;
    const caught = (detector) => names.map((name) => { const found = detector.types.find(({ type }) => type === name); return found ? found.caught / found.campaigns : null; });
    return {
      data: [names.map((_name, at) => at), ...report.detectors.map(caught)],
      height: 380,
      opts: {
        scales: { x: { time: false, range: [-0.5, names.length - 0.5] }, y: { range: [0, 1.05] } },
        axes: [
          axis('', { splits: () => names.map((_name, at) => at), values: (_u, splits) => splits.map((at) => names[at] || ''), rotate: -35, size: 120, grid: { show: false } }),
          axis('share of campaigns caught', { values: percents }),
        ],
        series: [
          { label: 'type', value: noted(0, (index) => names[index]) },
          ...report.detectors.map((detector, at) => at === 0
            ? { label: detector.name, stroke: of(0), fill: of(0) + '99', width: 1, paths: uPlot.paths.bars({ size: [0.6, 80] }), points: { show: false }, value: percent }
            : marks(detector.name, of(at), 9, percent)),
        ],
      },
    };
  };

  const loss = () => {
    const labels = report.lossMinutes.map((minutes) => (minutes === 0 ? 'first action' : span(60 * minutes)));
    const line = (label, at, dash) => ({ label, stroke: of(at), width: at === 0 ? 3 : 2, dash, value: percent });
    return {
      data: [labels.map((_label, at) => at), ...report.detectors.map((detector) => detector.loss), report.lossUnstopped],
      height: 340,
      opts: {
        scales: { x: { time: false }, y: { range: [0, 1.05] } },
        axes: [axis('time since the campaign began', { splits: () => labels.map((_label, at) => at), values: (_u, splits) => splits.map((at) => labels[at] || '') }), axis('share of the value gone', { values: percents })],
        series: [
          { label: 'time', value: noted(0, (index) => labels[index]) },
          ...report.detectors.map((detector, at) => line(detector.name, at, at === 0 ? [] : [4 + 2 * at, 4])),
          { ...line('nobody looks', 5, [2, 3]), stroke: colour('--bad') },
        ],
      },
    };
  };

  const timeline = (place) => {
    const { points } = report.timelines[place];
    const begin = points.findIndex(({ isCampaign }) => isCampaign);
    const alarm = points.findIndex(({ isCampaign, isAlarm }) => isCampaign && isAlarm);
    const pick = (wanted) => points.map((point) => (wanted(point) ? point.score : null));
    const said = (index) => points[index].what + ', ' + span(points[index].s);
    const note = (u, at, text, ink, row) => {
      const x = u.valToPos(at, 'x', true);
      const { top, height } = u.bbox;
      const scale = devicePixelRatio || 1;
      u.ctx.save();
      u.ctx.strokeStyle = ink;
      u.ctx.fillStyle = ink;
      u.ctx.lineWidth = scale;
      u.ctx.setLineDash([4 * scale, 3 * scale]);
      u.ctx.beginPath();
      u.ctx.moveTo(x, top);
      u.ctx.lineTo(x, top + height);
      u.ctx.stroke();
      u.ctx.font = 12 * scale + 'px system-ui, sans-serif';
      u.ctx.textAlign = 'right';
      u.ctx.fillText(text, x - 4 * scale, top + (14 + 16 * row) * scale);
      u.ctx.restore();
    };
    const line = report.threshold == null ? [] : [points.map(() => report.threshold)];
    return {
      data: [points.map((_point, at) => at), pick(({ isCampaign, isAlarm }) => !isCampaign && !isAlarm), pick(({ isCampaign, isAlarm }) => !isCampaign && isAlarm), pick(({ isCampaign, isAlarm }) => isCampaign && !isAlarm), pick(({ isCampaign, isAlarm }) => isCampaign && isAlarm), ...line],
      height: 220,
      opts: {
        scales: { x: { time: false, range: [-0.5, Math.max(1, points.length) - 0.5] } },
        axes: [
          axis('', { values: (_u, splits) => splits.map((at) => (Number.isInteger(at) && points[at] ? span(points[at].s) : '')), grid: { show: false } }),
          axis('score (log odds)'),
        ],
        series: [
          { label: 'action', value: noted(0, said) },
          marks('usual, quiet', colour('--usual'), 6),
          marks('usual, alarmed', colour('--c1'), 10),
          marks('campaign, missed', colour('--bad'), 8),
          marks('campaign, alarmed', colour('--good'), 10),
          ...(line.length === 0 ? [] : [{ label: 'alarms above', stroke: colour('--soft'), dash: [6, 4], width: 1, points: { show: false } }]),
        ],
        hooks: {
          draw: [(u) => {
            if (begin >= 0) note(u, begin - 0.4, 'campaign begins', colour('--bad'), 0);
            if (alarm >= 0) note(u, alarm, 'first alarm', colour('--good'), 1);
          }],
        },
      },
    };
  };

  const plots = new Map();
  const draw = (place) => {
    const [kind, at] = place.dataset.chart.split(':');
    const chart = { curve, types, loss, timeline: () => timeline(Number(at)) }[kind]();
    const old = plots.get(place);
    if (old) old.destroy();
    if (chart === undefined) { place.textContent = 'Nothing to draw.'; return; }
    const plot = new uPlot({ width: place.clientWidth || 640, height: chart.height, ...chart.opts }, chart.data, place);
    plot.ctx.canvas.setAttribute('role', 'img');
    plot.ctx.canvas.setAttribute('aria-label', place.dataset.title);
    plots.set(place, plot);
    place.dataset.series = String(chart.data.length - 1);
    place.dataset.points = String(chart.data[0].length);
    document.documentElement.dataset.charts = String(plots.size);
  };
  const within = (part) => [...part.querySelectorAll('[data-chart]')];
  for (const place of within(document)) if (place.closest('details') === null) draw(place);
  for (const part of document.querySelectorAll('details')) {
    part.addEventListener('toggle', () => { if (part.open) for (const place of within(part)) if (!plots.has(place)) draw(place); });
    if (location.hash === '#all') { part.open = true; for (const place of within(part)) draw(place); }
  }
  addEventListener('resize', () => { for (const [place, plot] of plots) if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: plot.height }); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { for (const place of [...plots.keys()]) draw(place); });
  document.documentElement.dataset.ready = 'true';
})();
`;
