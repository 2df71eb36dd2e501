import { compilePolicy, DEFAULT_POLICY_BASE } from '../../authz/index.ts';
import { isCastellanError } from '../../core/errors.ts';
import { expandTemplate } from '../permissions.ts';
import { assumedBase, assumedTokens } from './assumed-names.ts';
import type { ConfigFinding, ConfigValidation, ValidateOptions } from './config-finding.ts';
import { policyWarnings } from './policy-warnings.ts';

/**
 * Looks through a policy before anybody lives under it. Errors are what no agent could be given; warnings are rules that nothing
 * reaches, caps that never bind, people who are asked and are not there.
 *
 * @example
 * ```ts
 * import { validateConfig } from 'castellan';
 *
 * const { valid, warnings } = validateConfig({ template: 'balanced', limits: { unit: 'ETH' }, requireSimulation: false });
 * console.log(valid, warnings.map(({ code }) => code).join()); // true no_simulation
 * console.log(validateConfig({ limits: { daily: -1 } }).errors[0]?.path); // limits.daily
 * ```
 */
export function validateConfig(policy: unknown, options: ValidateOptions = {}): ConfigValidation {
  try {
    const permissions = expandTemplate(policy);
    const tokens = options.tokens ?? assumedTokens(permissions);
    const base = options.base ?? (options.tokens === undefined ? assumedBase(permissions) : DEFAULT_POLICY_BASE);
    const compiled = compilePolicy(permissions, tokens, base);
    return { valid: true, errors: [], warnings: policyWarnings(compiled, permissions, { ...options, tokens }) };
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'POLICY_INVALID') throw error;
    const told = error.details['problems'];
    const problems = Array.isArray(told) ? told.map(String) : [error.shortMessage];
    return { valid: false, errors: problems.map(toFinding), warnings: [] };
  }
}

function toFinding(problem: string): ConfigFinding {
  const at = problem.indexOf(': ');
  const [path, message] = at < 0 ? ['', problem] : [problem.slice(0, at), problem.slice(at + 2)];
  return { code: message === 'unknown field' ? 'unknown_field' : 'invalid_field', path, message };
}
