import type { Condition, Rule } from '../../authz/index.ts';

/** An exact decimal as text, as compiled conditions hold it. */
function compare(left: string, right: string): number {
  const [leftWhole = '', leftRest = ''] = left.split('.');
  const [rightWhole = '', rightRest = ''] = right.split('.');
  const places = Math.max(leftRest.length, rightRest.length);
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
  if (narrow.field !== wide.field) return false;
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

/** Rules that bound nothing but how much of an asset leaves are put to the fee, too. */
function boundsAmounts({ when }: Rule): boolean {
  const isMost = when.some((condition) => condition.field === 'amount' && isFloor(condition));
  return isMost && when.every(({ field }) => field === 'asset' || field === 'amount');
}

/**
 * Whether whatever matches `narrow` matches `wide`, too. Sound and not complete: a no may only mean that it cannot be told
 * by looking at one condition at a time.
 */
export function ruleImplies(narrow: Rule, wide: Rule): boolean {
  if (!wide.when.every((outer) => narrow.when.some((inner) => conditionImplies(inner, outer)))) return false;
  return !boundsAmounts(narrow) || boundsAmounts(wide) || wide.when.length === 0;
}
