export type { Scored } from './detector.ts';
export { type FraudReport, toFraudReport } from './fraud-report.ts';
export { USUAL_STREAMS } from './make-streams.ts';
export {
  countOf,
  type ProtocolTable,
  shareOf,
  type TableFigure,
  type TableRow,
  tableLines,
} from './protocol-table.ts';
export { compareRows, detectorRows, latencyByType } from './report-lines.ts';
export { type Run, runOnImported, runOnMade } from './runs.ts';
export { writeReport } from './write-report.ts';
