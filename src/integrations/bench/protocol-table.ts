import { percentText } from './percent-text.ts';

/** What a figure counts: a share is 0–1, a score 0–1 that is no share, a rate is in 1,000. */
export type FigureUnit = 'count' | 'share' | 'score' | 'rate';

/** A figure of a table, with the bounds that hold 95 % of those from wallets, or accounts, drawn anew. Null where there is nothing to divide by. */
export interface TableFigure {
  readonly unit: FigureUnit;
  readonly value: number | null;
  readonly low?: number;
  readonly high?: number;
}

/** One line of a table. */
export interface TableRow {
  readonly name: string;
  /** In the order of the table's columns. */
  readonly figures: readonly TableFigure[];
}

/** What one task of the protocol came to: JSON-safe, the same for the same data. */
export interface ProtocolTable {
  /** `T1` to `T7`. */
  readonly task: string;
  readonly title: string;
  /** Names of the columns; the first is that of the lines. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** What has to be known to read it. */
  readonly notes: readonly string[];
}

/** A count as a figure. */
export const countOf = (value: number): TableFigure => ({ unit: 'count', value });

/** A part of a whole as a figure. */
export const shareOf = (part: number, whole: number): TableFigure => ({ unit: 'share', value: whole === 0 ? null : part / whole });

/** A figure for people: `12`, `12.3 % (10.1 % to 14.9 %)`, `0.810 (0.771 to 0.850)`; a dash for none. */
export function figureText({ unit, value, low, high }: TableFigure): string {
  if (value === null) return '-';
  const text = (one: number): string =>
    unit === 'count' ? String(one) : unit === 'share' ? percentText(one) : one.toFixed(unit === 'rate' ? 2 : 3);
  return low === undefined || high === undefined ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`;
}

/** A protocol's table as rows of text, its columns first. */
export function tableLines({ columns, rows }: ProtocolTable): readonly (readonly string[])[] {
  return [columns, ...rows.map(({ name, figures }) => [name, ...figures.map(figureText)])];
}
