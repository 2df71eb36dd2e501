import { DEFAULT_TEMPLATES, type TemplateName } from '../../authz/index.ts';
import { canonicalize } from '../../core/canonical.ts';
import { CastellanError } from '../../core/errors.ts';
import type { Json } from '../../core/store.ts';
import { expandTemplate } from '../permissions.ts';
import { OF_POLICIES, snapshot } from '../snapshot.ts';

type Fields = { readonly [field: string]: Json };

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `over` on top of `base`, field by field; lists are replaced. */
function overlay(base: Fields, over: Fields): Fields {
  const joined: Record<string, Json> = { ...base };
  for (const [field, value] of Object.entries(over)) {
    const below = Object.hasOwn(joined, field) ? joined[field] : undefined;
    joined[field] = isFields(below) && isFields(value) ? overlay(below, value) : value;
  }
  return joined;
}

/** The template whose capabilities somebody spread into permissions of their own; undefined where they are nobody's. */
function spreadTemplate({ capabilities }: Fields): TemplateName | undefined {
  if (!isFields(capabilities)) return undefined;
  const text = canonicalize(capabilities);
  const names = Object.keys(DEFAULT_TEMPLATES) as TemplateName[];
  return names.find((name) => canonicalize(DEFAULT_TEMPLATES[name].capabilities) === text);
}

/** A copy that the caller cannot change any more. @throws POLICY_INVALID for what is no plain data */
export function copyOf(given: unknown, what: string): unknown {
  try {
    return snapshot(given, OF_POLICIES);
  } catch {
    throw new CastellanError('POLICY_INVALID', { message: `${what} is no plain data`, details: { problems: [what] } });
  }
}

/**
 * Permissions written out in full. A template that is named, or spread (`{ ...DEFAULT_TEMPLATES.balanced, limits: { … } }`),
 * gives the limits that are not set.
 * @throws POLICY_INVALID for an unknown template, and for what is no plain data
 */
export function wholePermissions(permissions: unknown): Json {
  const own = expandTemplate(permissions) as Fields;
  const template = spreadTemplate(own);
  if (template === undefined) return own;
  const { limits } = DEFAULT_TEMPLATES[template] as unknown as { readonly limits: Fields };
  return { ...own, limits: isFields(own['limits']) || own['limits'] === undefined ? { ...limits, ...own['limits'] } : own['limits'] };
}

/**
 * What an agent may do after an update: what is given counts, what is not stays, custom rules and lists among it. A
 * template that is named or spread replaces what templates speak about: capabilities, limits but for their unit, and
 * whether each action needs a person. `given` is a copy of ours.
 * @throws POLICY_INVALID as {@link wholePermissions}
 */
export function joinPermissions(stored: Json, given: unknown): Json {
  const own = wholePermissions(given) as Fields;
  const before: Fields = isFields(stored) ? stored : {};
  const isWhole = (given as { readonly template?: unknown }).template !== undefined || spreadTemplate(own) !== undefined;
  if (!isWhole) return overlay(before, own);
  const { capabilities: _capabilities, requireApproval: _requireApproval, limits, ...kept } = before;
  return overlay({ ...kept, ...(limits === undefined ? {} : { limits }) }, own);
}

const rulesOf = (stored: Json): readonly Json[] => {
  const rules = isFields(stored) ? stored['rules'] : undefined;
  return Array.isArray(rules) ? (rules as readonly Json[]) : [];
};

/** The permissions with one more custom rule. @throws POLICY_INVALID for what is no plain object */
export function withRule(stored: Json, rule: unknown): Json {
  // Copied like permissions are: what the caller changes later has no effect.
  const { rule: copy } = expandTemplate({ rule }) as Fields;
  if (!isFields(copy)) throw new CastellanError('POLICY_INVALID', { message: 'A rule is a plain object', details: { problems: ['rule'] } });
  return { ...(stored as Fields), rules: [...rulesOf(stored), copy] };
}

/** The permissions without the custom rule of this id. @throws POLICY_INVALID where there is none */
export function withoutRule(stored: Json, ruleId: string): Json {
  const rules = rulesOf(stored);
  const kept = rules.filter((rule) => !(isFields(rule) && rule['id'] === ruleId));
  if (kept.length === rules.length)
    throw new CastellanError('POLICY_INVALID', {
      message: 'The agent has no custom rule of this id',
      details: { ruleId: String(ruleId).slice(0, 128), problems: ['ruleId'] },
    });
  return { ...(stored as Fields), rules: kept };
}
