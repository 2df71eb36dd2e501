import { civilField, TIME_RANGES, type TimeField } from '../time/civil-time.ts';
import { argumentNumber, readArgument } from './argument.ts';
import { ABSENT, type Cell, UNKNOWN } from './cell.ts';
import type { FieldOf, RuleContext, RuleItem } from './fields.ts';
import type { NumberCells } from './number-cells.ts';
import type { ReadCell } from './read-field.ts';

/** Fields that are compared as numbers, apart from those of time. */
export type NumberField = FieldOf<'amount' | 'signed amount' | 'value' | 'score' | 'count'>;

/** Risk scores are compared in millionths, rounded up. */
const SCORE_DECIMALS = 6;

/** How each of them is read as a cell. */
export const READ_NUMBER: Readonly<Record<NumberField, (cells: NumberCells) => ReadCell>> = {
  amount: (cells) => (item, context) => amountCell(cells, item, context),
  netChange:
    (cells) =>
    ({ asset }, context) => {
      if (asset === null) return ABSENT;
      const decimals = context.decimals(asset);
      return decimals === undefined ? UNKNOWN : cells.cellOf(context.netChange(asset), decimals);
    },
  value:
    (cells) =>
    (_, { value, valueDecimals }) =>
      value === undefined ? UNKNOWN : cells.cellOf(value, valueDecimals),
  exposure:
    (cells) =>
    (_, { exposure, valueDecimals }) =>
      exposure === undefined ? UNKNOWN : cells.cellOf(exposure, valueDecimals),
  riskScore:
    (cells) =>
    (_, { riskScore }) =>
      riskScore === undefined ? UNKNOWN : cells.cellOf(BigInt(Math.ceil(riskScore * 10 ** SCORE_DECIMALS)), SCORE_DECIMALS),
  destinationAgeMs:
    (cells) =>
    ({ destination }, context) => {
      const ageMs = typeof destination === 'string' ? context.ageMs(destination) : destination;
      if (ageMs === null) return ABSENT;
      return ageMs === undefined ? UNKNOWN : cells.cellOf(ageMs);
    },
};

/** An amount, which lies above all numbers where it is unlimited. */
export function amountCell(cells: NumberCells, { asset, amount }: RuleItem, context: RuleContext): Cell {
  if (amount === null || asset === null) return ABSENT;
  if (typeof amount === 'string') return cells.top;
  const decimals = context.decimals(asset);
  return decimals === undefined ? UNKNOWN : cells.cellOf(amount, decimals);
}

/** What the clocks of a zone show, as a cell. Of all but dates there are few: their cells are found beforehand. */
export function readTime(field: TimeField, timeZone: string | undefined, cells: NumberCells): ReadCell {
  if (field === 'date') return (_, context) => cells.cellOf(civilField(field, context.localMs(timeZone)));
  const table = Array.from({ length: TIME_RANGES[field][1] + 1 }, (_, value) => cells.cellOf(value));
  return (_, context) => table[civilField(field, context.localMs(timeZone))] as Cell;
}

/** An argument of a call as a cell; text that is no number cannot be compared with one, which is unknown. */
export function readNumberArgument(name: string, cells: NumberCells): ReadCell {
  return (item) => {
    const text = readArgument(name, item);
    if (text === null) return ABSENT;
    const number = text === undefined ? undefined : argumentNumber(text);
    return number === undefined ? UNKNOWN : cells.cellOf(number);
  };
}
