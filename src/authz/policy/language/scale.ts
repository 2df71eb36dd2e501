import type { TimeField } from '../time/civil-time.ts';
import { argumentKind, readArgument, readTextArgument } from './argument.ts';
import { type CellSet, type Cells, cellRange, FALSE, TRUE } from './cell.ts';
import { FIELDS, type FieldName } from './fields.ts';
import { NumberCells } from './number-cells.ts';
import type { Operator } from './operators.ts';
import { type BooleanField, READ_BOOLEAN, READ_TEXT, type ReadCell, type TextField } from './read-field.ts';
import { type NumberField, READ_NUMBER, readNumberArgument, readTime } from './read-number.ts';
import type { Condition } from './rule.ts';
import { TextCells } from './text-cells.ts';
import { PRESENCE, TRUTH, textTest } from './truth-cells.ts';

/** One way in which rules compare a field: how it is read, and the cells that a condition holds for. */
export interface Scale {
  readonly read: ReadCell;
  /** Null where the field is true or false. */
  readonly cells: TextCells | NumberCells | null;
  setOf(condition: Condition): CellSet;
}

/** The constants of a condition as text; none where it is true or false. */
export function constantsOf({ value }: Condition): readonly string[] {
  return typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;
}

const ARGUMENT = 'args.';

/** Conditions of one name are compared on one scale. */
export function scaleName(condition: Condition): string {
  const { field, operator, timeZone = '' } = condition;
  const [first = ''] = constantsOf(condition);
  if (operator === 'exists') return `${field} exists`;
  if (operator === 'contains' || operator === 'matches') return `${field} ${operator} ${first}`;
  return field.startsWith(ARGUMENT) ? `${field} ${argumentKind(operator, first)}` : `${field} ${timeZone}`;
}

/** The scale of conditions that are compared on the same, all of which have been checked; null where there are none. */
export function createScale(conditions: readonly Condition[]): Scale | null {
  if (conditions[0] === undefined) return null;
  const { field, operator, timeZone } = conditions[0];
  const constants = conditions.flatMap(constantsOf);
  const [first = ''] = constants;
  if (operator === 'exists') return ofTruth(readPresence(field));
  if (!isNamed(field)) {
    const name = field.slice(ARGUMENT.length);
    const kind = argumentKind(operator, first);
    if (kind === 'number') return ofNumbers(constants, (cells) => readNumberArgument(name, cells));
    return ofTexts(operator, constants, (cells) => readTextArgument(name, kind, cells));
  }
  switch (FIELDS[field]) {
    case 'amount':
    case 'signed amount':
    case 'value':
    case 'score':
    case 'count':
      return ofNumbers(constants, READ_NUMBER[field as NumberField]);
    case 'time':
    case 'date':
      return ofNumbers(constants, (cells) => readTime(field as TimeField, timeZone, cells));
    case 'boolean':
      return ofTruth(READ_BOOLEAN[field as BooleanField](TRUTH));
    default:
      return ofTexts(operator, constants, READ_TEXT[field as TextField]);
  }
}

const isNamed = (field: Condition['field']): field is FieldName => Object.hasOwn(FIELDS, field);

/** How it is told whether a field applies. */
function readPresence(field: Condition['field']): ReadCell {
  if (!isNamed(field)) return (item) => PRESENCE.of(readArgument(field.slice(ARGUMENT.length), item));
  switch (FIELDS[field]) {
    case 'amount':
      return ({ amount }) => PRESENCE.of(amount);
    case 'signed amount':
      return ({ asset }) => PRESENCE.of(asset);
    case 'value':
      return (_, context) => PRESENCE.of(context[field as 'value' | 'exposure']);
    case 'score':
      return (_, { riskScore }) => PRESENCE.of(riskScore);
    case 'count':
      return ({ destination }, context) => PRESENCE.of(typeof destination === 'string' ? context.ageMs(destination) : destination);
    case 'time':
    case 'date':
      return () => TRUE;
    case 'boolean':
      return READ_BOOLEAN[field as BooleanField](PRESENCE);
    default:
      return READ_TEXT[field as TextField](PRESENCE);
  }
}

function ofNumbers(constants: readonly string[], read: (cells: NumberCells) => ReadCell): Scale {
  const cells = new NumberCells(constants);
  return { read: read(cells), cells, setOf: (condition) => cells.setOf(condition.operator, constantsOf(condition)) };
}

function ofTexts(operator: Operator, constants: readonly string[], read: (cells: Cells<string>) => ReadCell): Scale {
  if (operator === 'contains' || operator === 'matches') return ofTruth(read(textTest(operator, constants[0] ?? '')));
  const cells = new TextCells(constants);
  return { read: read(cells), cells, setOf: (condition) => cells.setOf(condition.operator, constantsOf(condition)) };
}

/** What is true or false, compared with true or false; a test of text holds where it is true. */
function ofTruth(read: ReadCell): Scale {
  return {
    read,
    cells: null,
    setOf({ operator, value }) {
      const wanted = (operator !== 'ne') === (value !== false) ? TRUE : FALSE;
      return cellRange(wanted, wanted);
    },
  };
}
