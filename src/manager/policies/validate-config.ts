import { compilePolicy, DEFAULT_POLICY_BASE, type PolicyBase } from '../../authz/index.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { isCastellanError } from '../../core/errors.ts';
import { expandTemplate } from '../permissions.ts';
import { assumedBase, assumedTokens } from './assumed-names.ts';
import { policyWarnings } from './policy-warnings.ts';

/** What a policy is looked at with. What is left out is not looked at. */
export interface ValidateOptions {
  /** The token list. Without one, symbols are taken for tokens of 18 decimals. */
  readonly tokens?: readonly Token[];
  /** The deployment's defaults. */
  readonly base?: PolicyBase;
  /** What the wallets hold, whole coins by symbol or asset id. */
  readonly balances?: Readonly<Record<string, number | string>>;
  /** How many people may approve. */
  readonly approvers?: number;
}

/** One thing about a policy that somebody should know. */
export interface ConfigFinding {
  /** lower_snake, for programs. */
  readonly code: string;
  /** Where: the path of the field, or the id of the rule. */
  readonly path: string;
  /** One English sentence. */
  readonly message: string;
}

/** What was found. `valid` says that there are no errors; warnings are about policies that work and are hardly meant so. */
export interface ConfigValidation {
  readonly valid: boolean;
  readonly errors: readonly ConfigFinding[];
  readonly warnings: readonly ConfigFinding[];
}

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
