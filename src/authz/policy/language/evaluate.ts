import { UNKNOWN } from './cell.ts';
import type { RuleContext, RuleItem } from './fields.ts';
import { type ItemCells, takeCells } from './item-cells.ts';
import type { Rule } from './rule.ts';
import type { RuleIndex } from './rule-index.ts';
import type { FieldIndex, RulePart } from './rule-part.ts';

/** A rule that denies, and the item that it denies. */
interface Denial {
  readonly rule: Rule;
  readonly item: RuleItem;
}

/** The rules that spoke about a transaction. */
export interface RuleFindings {
  readonly denied: readonly Denial[];
  readonly escalated: readonly Rule[];
  /** Items that no rule allows. */
  readonly unmatched: readonly RuleItem[];
}

const NOTHING: readonly never[] = Object.freeze([]);

/**
 * Places of the rules that deny or escalate an item, in their order; undefined where there are none. A rule counts that may hold
 * for the item or for the same with what the whole transaction moves.
 */
function placesAgainst({ table, against }: RulePart, item: ItemCells, sum: ItemCells | undefined): number[] | undefined {
  const { always, fields } = against;
  let found: number[] | undefined;
  for (let at = -1; at < fields.length; at += 1) {
    const places = at < 0 ? always : candidates(fields[at] as FieldIndex, item, true);
    if (places === undefined) continue;
    for (const place of places)
      if (table.holds(place, item, true) || (sum !== undefined && table.holds(place, sum, true))) found = inOrder(found, place);
  }
  return found;
}

/** Whether a rule allows an item, with what the whole transaction moves too, for certain. */
function isAllowed({ table, allowing }: RulePart, item: ItemCells, sum: ItemCells | undefined): boolean {
  const { always, fields } = allowing;
  for (let at = -1; at < fields.length; at += 1) {
    const places = at < 0 ? always : candidates(fields[at] as FieldIndex, item, false);
    if (places === undefined) continue;
    for (const place of places) if (table.holds(place, item, false) && (sum === undefined || table.holds(place, sum, false))) return true;
  }
  return false;
}

/** The rules that name the value of a field. What cannot be told may be any value, and is certainly none; what does not apply is none. */
function candidates({ scale, byCell, places }: FieldIndex, item: ItemCells, ifUnknown: boolean): readonly number[] | undefined {
  const cell = item.at(scale);
  if (cell >= 0) return byCell[cell];
  return cell === UNKNOWN && ifUnknown ? places : undefined;
}

/** With a number at its place among sorted ones. Nearly always it is behind the few that are there. */
function inOrder(sorted: number[] | undefined, number: number): number[] {
  if (sorted === undefined) return [number];
  let at = sorted.length;
  sorted.push(number);
  for (; at > 0 && (sorted[at - 1] as number) > number; at -= 1) sorted[at] = sorted[at - 1] as number;
  sorted[at] = number;
  return sorted;
}

/**
 * Puts every item to the rules. `sums` are the same items with the amount that the whole transaction moves of their asset:
 * a denial or escalation that holds for either counts, an allowance must hold for both, so that splitting helps nobody.
 */
export function evaluateRules(index: RuleIndex, items: readonly RuleItem[], sums: readonly RuleItem[], context: RuleContext): RuleFindings {
  let denied: Denial[] | undefined;
  let escalated: Rule[] | undefined;
  let unmatched: RuleItem[] | undefined;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at] as RuleItem;
    const sum = sums[at] as RuleItem;
    const part = index.partOf(item.effect);
    const cells = takeCells(part.reader, item, context);
    const sumCells = sum === item ? undefined : takeCells(part.reader, sum, context);
    const against = placesAgainst(part, cells, sumCells);
    if (!isAllowed(part, cells, sumCells)) unmatched = appended(unmatched, item);
    cells.release();
    sumCells?.release();
    if (against !== undefined)
      for (const place of against) {
        const rule = part.rules[place] as Rule;
        if (rule.then === 'deny') denied = appended(denied, { rule, item });
        else if (escalated === undefined || !escalated.includes(rule)) escalated = appended(escalated, rule);
      }
  }
  return { denied: denied ?? NOTHING, escalated: escalated ?? NOTHING, unmatched: unmatched ?? NOTHING };
}

function appended<T>(list: T[] | undefined, value: T): T[] {
  if (list === undefined) return [value];
  list.push(value);
  return list;
}
