import type { Permissions } from '../../authz/index.ts';
import type { PolicyFormat } from './policy-format.ts';

/**
 * Reads a policy from text. Nothing in the text is executed, expanded or repeated: YAML is its core schema, without aliases, tags or merge
 * keys. Names that stand twice are refused, and so are numbers that a double cannot hold as they are written; amounts are best written as
 * text. What the policy says is checked where it is used, by {@link validateConfig} for one.
 *
 * @throws CastellanError POLICY_INVALID naming what cannot be read and where
 * @example
 * ```ts
 * import { isCastellanError, parsePolicy } from 'castellan';
 *
 * const permissions = await parsePolicy('template: balanced\nlimits: { unit: ETH, daily: "2.5" }\n', 'yaml');
 * console.log(permissions.limits?.daily); // 2.5
 * try {
 *   await parsePolicy('{ "limits": { "daily": 9007199254740993 } }', 'json');
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // POLICY_INVALID
 * }
 * ```
 */
export async function parsePolicy(text: string, format: PolicyFormat): Promise<Permissions> {
  // Loaded when it is needed: whoever writes policies as code reads no YAML.
  return (await import('./read-policy-text.ts')).readPolicyText(text, format);
}
