import { type Condition, isCondition, type When } from '../../authz/index.ts';

/** An exact decimal, sign and all, as a number of `10^-78`: what compiled conditions hold has no more places. */
function scaled(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,78})(?:\.(\d{1,78}))?$/.exec(text);
  if (match === null) return undefined;
  const size = BigInt(`${match[2]}${(match[3] ?? '').padEnd(78, '0')}`);
  return match[1] === '-' ? -size : size;
}

const valuesOf = ({ value }: Condition): readonly string[] =>
  typeof value === 'boolean' ? [String(value)] : typeof value === 'string' ? [value] : value;

/** Whether no value at all satisfies these comparisons of one field. Sound and not complete. */
function excludeEachOther(conditions: readonly Condition[]): boolean {
  const lists = conditions.filter(({ operator }) => operator === 'eq' || operator === 'in').map(valuesOf);
  const barred = conditions.filter(({ operator }) => operator === 'ne' || operator === 'not_in').flatMap(valuesOf);
  const [first, ...rest] = lists;
  if (first !== undefined && !first.some((value) => rest.every((list) => list.includes(value)) && !barred.includes(value))) return true;
  let low: bigint | undefined;
  let high: bigint | undefined;
  let isOpen = false;
  for (const { operator, value } of conditions) {
    const [least, most] = operator === 'between' && typeof value === 'object' ? value : [value, value];
    const floor = operator === 'gt' || operator === 'gte' || operator === 'between' ? scaled(String(least)) : undefined;
    const ceiling = operator === 'lt' || operator === 'lte' || operator === 'between' ? scaled(String(most)) : undefined;
    if (floor !== undefined && (low === undefined || floor >= low)) low = floor;
    if (ceiling !== undefined && (high === undefined || ceiling <= high)) high = ceiling;
    isOpen ||= operator === 'gt' || operator === 'lt';
  }
  return low !== undefined && high !== undefined && (low > high || (low === high && isOpen && bordersAt(conditions, low)));
}

/** Whether one of the open ends is at that very value. */
function bordersAt(conditions: readonly Condition[], at: bigint): boolean {
  return conditions.some(({ operator, value }) => (operator === 'gt' || operator === 'lt') && scaled(String(value)) === at);
}

/** Whether conditions that all have to hold can never do so together. Sound and not complete: a no may only mean that it cannot be told. */
export function contradicts(when: readonly When[]): boolean {
  const flat = when.flatMap((node): readonly When[] => ('all' in node ? node.all : [node])).filter(isCondition);
  const byField = Map.groupBy(flat, ({ field, timeZone }) => `${field} ${timeZone ?? ''}`);
  return [...byField.values()].some(excludeEachOther);
}
