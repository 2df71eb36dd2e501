import { boundsAmounts, type Condition, isCondition, type Rule, type When } from '../../authz/index.ts';

/** An exact decimal as text, as compiled conditions hold it. */
function compare(left: string, right: string): number {
  const [leftWhole = '', leftRest = ''] = left.split('.');
  const [rightWhole = '', rightRest = ''] = right.split('.');
  const places = Math.max(leftRest.length, rightRest.length);
  // The sign stands before all digits, `-0.5` among them.
  const difference = BigInt(leftWhole + leftRest.padEnd(places, '0')) - BigInt(rightWhole + rightRest.padEnd(places, '0'));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const valuesOf = ({ value }: Condition): readonly string[] =>
  typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;
const isList = ({ operator }: Condition): boolean => operator === 'eq' || operator === 'in';
const isExclusion = ({ operator }: Condition): boolean => operator === 'ne' || operator === 'not_in';
const isFloor = ({ operator }: Condition): boolean => operator === 'gt' || operator === 'gte';
const isCeiling = ({ operator }: Condition): boolean => operator === 'lt' || operator === 'lte';

/** Whether `narrow` holding makes `wide` hold, whatever is looked at. Only what is plain counts: everything else is a no. */
function conditionImplies(narrow: Condition, wide: Condition): boolean {
  if (narrow.field !== wide.field || narrow.timeZone !== wide.timeZone) return false;
  const given = valuesOf(narrow);
  const wanted = valuesOf(wide);
  if (narrow.operator === wide.operator && JSON.stringify(narrow.value) === JSON.stringify(wide.value)) return true;
  if (typeof narrow.value === 'boolean' || typeof wide.value === 'boolean') return false;
  if (isList(narrow) && isList(wide)) return given.every((value) => wanted.includes(value));
  if (isExclusion(narrow) && isExclusion(wide)) return wanted.every((value) => given.includes(value));
  const [low] = given;
  const [bound] = wanted;
  if (low === undefined || bound === undefined || given.length > 1 || wanted.length > 1) return false;
  const order = compare;
  if (isFloor(narrow) && isFloor(wide)) {
    const difference = order(low, bound);
    return difference > 0 || (difference === 0 && (wide.operator === 'gte' || narrow.operator === 'gt'));
  }
  if (isCeiling(narrow) && isCeiling(wide)) {
    const difference = order(low, bound);
    return difference < 0 || (difference === 0 && (wide.operator === 'lte' || narrow.operator === 'lt'));
  }
  return false;
}

/**
 * Whether a tree is never truer than another: where the one holds the other does, and where it may hold the other may. Joins are
 * taken apart on both sides; what is denied turns the question round.
 */
function whenImplies(narrow: When, wide: When): boolean {
  if ('not' in narrow && 'not' in narrow.not) return whenImplies(narrow.not.not, wide);
  if ('not' in wide && 'not' in wide.not) return whenImplies(narrow, wide.not.not);
  if ('any' in narrow) return narrow.any.every((part) => whenImplies(part, wide));
  if ('all' in wide) return wide.all.every((part) => whenImplies(narrow, part));
  if ('all' in narrow && narrow.all.some((part) => whenImplies(part, wide))) return true;
  if ('any' in wide && wide.any.some((part) => whenImplies(narrow, part))) return true;
  if ('not' in narrow && 'not' in wide) return whenImplies(wide.not, narrow.not);
  return isCondition(narrow) && isCondition(wide) && conditionImplies(narrow, wide);
}

/**
 * Whether whatever matches `narrow` matches `wide`, too. Sound and not complete: a no may only mean that it cannot be told
 * by looking at one condition at a time. Rules that bound nothing but how much of an asset leaves are put to the fee, too.
 */
export function ruleImplies(narrow: Rule, wide: Rule): boolean {
  if (!wide.when.every((outer) => narrow.when.some((inner) => whenImplies(inner, outer)))) return false;
  return !boundsAmounts(narrow.when) || boundsAmounts(wide.when) || wide.when.length === 0;
}
