import type { Condition, When } from './rule.ts';

/** Whether it is one comparison and no join of several. */
export function isCondition(when: When): when is Condition {
  return 'field' in when;
}

/** Every comparison in a tree, from left to right. */
export function conditionsOf(when: readonly When[]): readonly Condition[] {
  return when.flatMap((node): readonly Condition[] => {
    if ('all' in node) return conditionsOf(node.all);
    if ('any' in node) return conditionsOf(node.any);
    return 'not' in node ? conditionsOf([node.not]) : [node];
  });
}

/** Whether it holds from some amount upwards: of a list joined by "and" one is enough, of one joined by "or" each has to. */
function isFloor(node: When): boolean {
  if ('all' in node) return node.all.some(isFloor);
  if ('any' in node) return node.any.every(isFloor);
  if ('not' in node) return isCeiling(node.not);
  return node.field === 'amount' && (node.operator === 'gt' || node.operator === 'gte');
}

function isCeiling(node: When): boolean {
  if ('all' in node) return node.all.every(isCeiling);
  if ('any' in node) return node.any.some(isCeiling);
  if ('not' in node) return isFloor(node.not);
  return node.field === 'amount' && (node.operator === 'lt' || node.operator === 'lte');
}

/**
 * Whether conditions bound nothing but how much of an asset leaves: rules of such are put to the fee, too, which leaves as well.
 * A rule against too small amounts is none of them.
 */
export function boundsAmounts(when: readonly When[]): boolean {
  return when.some(isFloor) && conditionsOf(when).every(({ field }) => field === 'asset' || field === 'amount');
}
