import type { RegisteredKey, Role } from '../../core/registry.ts';

/** How many keys each role has, for `validateConfig`. */
export function registeredRoles(keys: readonly Pick<RegisteredKey, 'roles'>[]): Readonly<Partial<Record<Role, number>>> {
  const counts: Partial<Record<Role, number>> = {};
  for (const { roles } of keys) for (const role of new Set(roles)) counts[role] = (counts[role] ?? 0) + 1;
  return counts;
}
