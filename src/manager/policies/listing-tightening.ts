import { type CompiledPolicy, isCondition, type Rule, type When } from '../../authz/index.ts';
import type { AccountId } from '../../core/ids.ts';

/** Whether a tree can come to hold because somebody is, or is not, among those whom the policy names. */
function holdsFor(when: When, isListed: boolean): boolean {
  if ('all' in when) return when.all.some((part) => holdsFor(part, isListed));
  if ('any' in when) return when.any.some((part) => holdsFor(part, isListed));
  if ('not' in when) return holdsFor(when.not, !isListed);
  if (!isCondition(when) || when.field !== 'isListedDestination' || when.operator === 'exists') return false;
  return ((when.operator === 'eq') === when.value) === isListed;
}

/** A rule that a name on a list makes stricter: it stops those who are named, or lets those pass who are not. */
const holdsNamesTighter = ({ then, when }: Rule): boolean => when.some((part) => holdsFor(part, then !== 'allow'));

const namesOf = ({ destinations, contracts, spenders }: CompiledPolicy): ReadonlySet<AccountId> =>
  new Set([...destinations, ...contracts.keys(), ...spenders]);

/** Whether taking names off lists only narrows: where a rule holds those tighter who are named, nobody may be taken off. */
export function namesTighten(before: CompiledPolicy, after: CompiledPolicy): boolean {
  if (![...before.rules, ...after.rules].some(holdsNamesTighter)) return true;
  const kept = namesOf(after);
  return [...namesOf(before)].every((account) => kept.has(account));
}
