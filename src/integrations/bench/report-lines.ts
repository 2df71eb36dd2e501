import type { Scored } from './detector.ts';
import type { DetectorReport, FraudReport } from './fraud-report.ts';
import { medianOf } from './judge-campaigns.ts';
import { percentText } from './percent-text.ts';
import { countedRows, type StreamRow } from './stream-row.ts';

/** A span for people: `0 s`, `4 min`, `2.5 h`, `3 d`; a dash for none. */
export function spanText(ms: number | null): string {
  if (ms === null) return '-';
  const s = ms / 1_000;
  if (s < 60) return `${Math.round(s)} s`;
  if (s < 3_600) return `${Math.round(s / 60)} min`;
  return s < 172_800 ? `${(s / 3_600).toFixed(1)} h` : `${(s / 86_400).toFixed(1)} d`;
}

/** Figures of one detector as rows of a table, the types of campaigns first. `latency` by type, where somebody looked at a clock. */
export function detectorRows({ types, ...all }: DetectorReport, latency?: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const last = (type: string): readonly string[] => (latency === undefined ? [] : [latency.get(type) ?? '-']);
  const bad = types.filter(({ isBad }) => isBad);
  return [
    ['type', 'recall', 'false alarms in 1,000', 'value lost', 'delay', ...(latency === undefined ? [] : ['latency'])],
    ...bad.map(({ type, caught, campaigns, lost, delayMs }) => [
      ...[type, `${caught}/${campaigns} ${percentText(caught / campaigns)}`, '-', percentText(lost), spanText(delayMs)],
      ...last(type),
    ]),
    ...types
      .filter(({ isBad }) => !isBad)
      .map(({ type, alarms, actions }) => [type, 'harmless', ((1_000 * alarms) / actions).toFixed(1), '-', '-', ...last(type)]),
    [
      ...['all', `${all.caught}/${all.campaigns} ${percentText(all.recall.value)}`, all.falsePer1000.toFixed(2)],
      ...[percentText(all.lost), '-', ...last('all')],
    ],
  ];
}

/** One line for each detector, to be compared. */
export function compareRows({ detectors }: FraudReport): readonly (readonly string[])[] {
  return [
    ['detector', 'recall (95 %)', 'by types', 'false alarms in 1,000 (95 %)', 'value lost', 'surprises alarmed'],
    ...detectors.map(({ name, recall, macro, falseAlarms, lost, surprised }) => [
      name,
      `${percentText(recall.value)} (${percentText(recall.low)} to ${percentText(recall.high)})`,
      percentText(macro),
      `${falseAlarms.value.toFixed(2)} (${falseAlarms.low.toFixed(2)} to ${falseAlarms.high.toFixed(2)})`,
      percentText(lost),
      percentText(surprised),
    ]),
  ];
}

/** Half of a type's actions were judged in so many microseconds or fewer; `all` for all counted ones. Never a part of the report: no two runs take as long. */
export function latencyByType(stream: readonly StreamRow[], { tookMicros }: Scored): ReadonlyMap<string, string> | undefined {
  if (tookMicros === undefined) return undefined;
  const text = (places: readonly number[]): string => `${(medianOf(places.map((at) => tookMicros[at] as number)) ?? 0).toFixed(0)} us`;
  const rows = countedRows(stream);
  const byType = Map.groupBy(rows.keys(), (at) => (rows[at] as StreamRow).type);
  return new Map([...[...byType].map(([type, places]) => [type, text(places)] as const), ['all', text([...rows.keys()])]]);
}
