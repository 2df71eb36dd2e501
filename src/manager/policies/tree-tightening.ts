import type { CompiledPolicy, CompiledTree } from '../../authz/index.ts';

/**
 * Whether a tree allows nothing that the one before did not. Where all have to agree, there may be more of them; where one is enough, there
 * may be fewer. What stands at another path is another part.
 */
export function treeTightens(
  before: CompiledTree | null,
  after: CompiledTree | null,
  isTightening: (before: CompiledPolicy, after: CompiledPolicy) => boolean,
): boolean {
  if (before === null) return true;
  if (after === null || after.kind !== before.kind || after.path !== before.path) return false;
  if (before.kind === 'leaf' || after.kind === 'leaf')
    return before.kind === 'leaf' && after.kind === 'leaf' && isTightening(before.policy, after.policy);
  const [kept, own] = before.kind === 'allOf' ? [before.children, after.children] : [after.children, before.children];
  // An empty list allows nothing: adding to one is never a narrowing.
  if (before.children.length === 0) return after.children.length === 0;
  return kept.every((child) => {
    const other = own.find(({ path }) => path === child.path);
    if (other === undefined) return false;
    return before.kind === 'allOf' ? treeTightens(child, other, isTightening) : treeTightens(other, child, isTightening);
  });
}
