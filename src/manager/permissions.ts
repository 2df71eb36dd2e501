import { type CompiledPolicy, compilePolicy, DEFAULT_POLICY_BASE, DEFAULT_TEMPLATES, type PolicyBase } from '../authz/index.ts';
import type { Token } from '../core/chain-adapter.ts';
import { CastellanError } from '../core/errors.ts';
import type { Json } from '../core/store.ts';
import type { ResolvedConfig } from './config.ts';
import { OF_POLICIES, snapshot } from './snapshot.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `over` on top of `base`: objects are joined field by field, what is given replaces, what is undefined says nothing. */
function overlay(base: Fields, over: Fields): Fields {
  const joined: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = joined[field];
    joined[field] = isFields(below) && isFields(value) ? overlay(below, value) : value;
  }
  return joined;
}

/**
 * Copies permissions and writes a `template` out in full, so that what is stored says what it means.
 * @throws POLICY_INVALID for an unknown template, and for what is no plain data
 */
export function expandTemplate(permissions: unknown): Json {
  const { template, user: _user, ...own } = readFields(permissions);
  if (template === undefined) return own as Json;
  if (typeof template !== 'string' || !Object.hasOwn(DEFAULT_TEMPLATES, template)) {
    throw new CastellanError('POLICY_INVALID', {
      message: 'template: must be conservative, balanced or aggressive',
      details: { problems: ['template'] },
    });
  }
  return overlay(DEFAULT_TEMPLATES[template as keyof typeof DEFAULT_TEMPLATES] as unknown as Fields, own) as Json;
}

/** As the store keeps it: exact integers are text there. */
function asJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(asJson);
  if (!isFields(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(given.map(([field, inner]) => [field, asJson(inner)]));
}

function readFields(permissions: unknown): Fields {
  try {
    const copy = asJson(snapshot(permissions, OF_POLICIES));
    if (isFields(copy)) return copy;
  } catch {
    // What cannot be copied is refused like what is no object.
  }
  throw new CastellanError('POLICY_INVALID', { message: 'Permissions are a plain object', details: { problems: ['permissions'] } });
}

type Quorums = ResolvedConfig['approvals']['quorums'];

/** What every policy of the deployment inherits. */
function baseOf(authorization: ResolvedConfig['authorization'], approvalQuorums: Quorums): PolicyBase {
  const { defaultLimits = {}, rateLimiting = {}, strategies } = authorization;
  const given = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
    Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
  return {
    limits: { ...DEFAULT_POLICY_BASE.limits, ...given(defaultLimits) } as PolicyBase['limits'],
    rateLimiting: { ...DEFAULT_POLICY_BASE.rateLimiting, ...given(rateLimiting) },
    strategies: strategies as never,
    // Absent where there are none: what is stored keeps its digest.
    ...(approvalQuorums.length === 0 ? {} : { approvalQuorums: approvalQuorums as never }),
  };
}

/** Makes the deployment's compiler: its token list and its defaults for what a policy leaves out. */
export function compilePermissions(
  tokens: readonly Token[],
  authorization: ResolvedConfig['authorization'],
  approvalQuorums: Quorums = [],
): (permissions: unknown) => CompiledPolicy {
  const base = baseOf(authorization, approvalQuorums);
  return (permissions) => compilePolicy(permissions, tokens, base);
}

/** The same in words, for the log: with it and an agent's permissions anybody compiles the same rules. */
export function deploymentText(
  tokens: readonly Token[],
  authorization: ResolvedConfig['authorization'],
  approvalQuorums: Quorums = [],
): Json {
  return asJson({ tokens, base: baseOf(authorization, approvalQuorums) }) as Json;
}
