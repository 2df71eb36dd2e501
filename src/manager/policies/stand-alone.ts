import { once } from '../stand-alone/once.ts';
import { TONCOIN, tokenListOf } from '../stand-alone/token-list.ts';
import { createPolicyFace } from './policy-face.ts';
import type { PolicyManager } from './policy-manager.ts';
import type { PolicyManagerOptions } from './policy-manager-options.ts';

/**
 * Creates a policy manager without a gate: what it says about agents is kept in its store, and decides nothing unless a
 * manager decides by the same store.
 *
 * @param options - store, tokens and prices; all in memory where there are none
 * @example
 * ```ts
 * import { createPolicyManager, DEFAULT_TEMPLATES } from 'castellan';
 *
 * const policy = createPolicyManager();
 * await policy.createAgent('a1', DEFAULT_TEMPLATES.balanced);
 * const { allowed } = await policy.checkCapability('a1', 'transfer', { amount: '999999', token: 'TON' });
 * console.log(allowed); // false
 * ```
 */
export function createPolicyManager(options: PolicyManagerOptions = {}): PolicyManager {
  const tokens = [...(options.tokens ?? [TONCOIN])];
  const chains = tokenListOf(tokens);
  const given = { ...options, tokens };
  const opened = once(async () => (await import('./open-policies.ts')).openPolicies(given, chains));
  return createPolicyFace(async (work) => work(await opened()));
}
