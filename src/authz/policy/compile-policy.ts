import { type AccountId, accountChain, CastellanError, canonicalize, describeIssues, sha256Hex, type Token } from '../../core/index.ts';
import { compileTree, leavesOf } from '../tree/compile-tree.ts';
import { operationBounds } from './bounds/bounds.ts';
import { millionths } from './bounds/millionths.ts';
import { compileAssetCaps, compileUnit, compileUnitCap, wholeUnits } from './caps/compile-caps.ts';
import { compileNamedCaps } from './caps/compile-named-caps.ts';
import { compileRates } from './caps/compile-rates.ts';
import { withSharedLimits } from './caps/shared-limits.ts';
import type { CompiledPolicy, CompiledStrategy, ContractEntry, ContractPins } from './compiled-policy.ts';
import { readWhen } from './language/compile-when.ts';
import type { FieldName } from './language/fields.ts';
import { createNames, type Names } from './language/names.ts';
import type { Rule } from './language/rule.ts';
import { RuleIndex } from './language/rule-index.ts';
import { bareCodeHash, bareSelector } from './language/selector.ts';
import { boundsAmounts, conditionsOf } from './language/when.ts';
import { type ParsedPermissions, type ParsedRule, permissionsSchema, strategySchema } from './permissions.ts';
import type { PolicyBase } from './policy-base.ts';
import { compileQuorums, placeQuorums, quorumRules } from './quorums/approval-quorums.ts';
import { baseRules } from './rules/base-rules.ts';
import { compileStrategy } from './rules/compile-strategy.ts';
import { compileTemporal } from './temporal/compile-temporal.ts';

/**
 * Parses, resolves, compiles and hashes permissions, once. `tokens` is the token list of every chain behind the gate; what
 * the permissions leave out comes from `base`.
 *
 * @param permissions - as an owner writes them: amounts as decimal strings, durations in seconds
 * @param tokens - what symbols may stand for
 * @param base - in whole units; {@link DEFAULT_POLICY_BASE} unless the deployment has its own
 * @throws CastellanError POLICY_INVALID naming every wrong field at once
 * @example
 * ```ts
 * import { type AssetId, compilePolicy, DEFAULT_POLICY_BASE, isCastellanError } from 'castellan';
 *
 * const tokens = [{ asset: 'eip155:1/slip44:60' as AssetId, symbol: 'ETH', decimals: 18 }];
 * const permissions = { capabilities: { transfers: { enabled: true } }, limits: { unit: 'ETH', perTransaction: 1, daily: '2.5' } };
 * const { digest, unit } = compilePolicy(permissions, tokens, DEFAULT_POLICY_BASE);
 * console.log(digest.length, unit.decimals); // 64 18
 * try {
 *   compilePolicy({ limits: { daily: -1 }, colour: 'red' }, tokens, DEFAULT_POLICY_BASE);
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // POLICY_INVALID
 * }
 * ```
 */
export function compilePolicy(permissions: unknown, tokens: readonly Token[], base: PolicyBase): CompiledPolicy {
  const parsed = permissionsSchema.safeParse(permissions);
  if (!parsed.success) throw invalid(describeIssues(parsed.error));
  const input = parsed.data;
  const names = createNames(tokens, input.allowedChains ?? input.chains);
  const unit = compileUnit(input, base, tokens, names);
  const contracts = compileContracts(input, names);
  const accounts = (texts: readonly string[] | undefined, path: string): ReadonlySet<AccountId> =>
    new Set((texts ?? []).flatMap((text, index) => names.account(text, `${path}[${index}]`)));
  const destinations = accounts(input.allowedDestinations, 'allowedDestinations');
  const spenders = accounts(input.capabilities?.approvals?.spenders, 'capabilities.approvals.spenders');
  const quorums = placeQuorums(base.approvalQuorums, input.approvalQuorums, names);
  const given = [...baseRules(input, names), ...quorumRules(quorums)];
  const all = [...given, ...customRules(input.rules ?? [], given, names)];
  const native = tokens.filter(({ asset }) => asset.includes('/slip44:') && names.chains.some((chain) => asset.startsWith(`${chain}/`)));
  const reads = (name: FieldName): boolean => all.some(({ when }) => conditionsOf(when).some(({ field }) => field === name));
  const tree =
    input.policy === undefined
      ? null
      : (compileTree(input.policy, {
          around: input,
          problems: names.problems,
          compile: (leaf) => compilePolicy(leaf, tokens, { limits: base.limits, rateLimiting: base.rateLimiting }),
        }) ?? null);
  const leaves = leavesOf(tree).map(({ policy: leaf }) => leaf);
  const policy: Omit<CompiledPolicy, 'digest'> = {
    rules: [...all].sort((a, b) => b.priority - a.priority),
    index: new RuleIndex(all),
    ofAmounts: new RuleIndex(all.filter(({ then, when }) => then !== 'allow' && boundsAmounts(when))),
    tokens: new Map(tokens.map((token) => [token.asset, token])),
    unit,
    unitCap: compileUnitCap(input, base, unit, names),
    assetCaps: compileAssetCaps(input, base, names),
    caps: compileNamedCaps(withSharedLimits(input, base, names), base, unit, names),
    rate: compileRates(input.rateLimiting ?? {}, base.rateLimiting),
    contracts,
    protocols: new Set(input.allowedProtocols),
    deployments: new Set(input.allowedDeployments),
    delegates: new Set((input.allowedDelegates ?? []).flatMap((text, index) => names.account(text, `allowedDelegates[${index}]`))),
    spenders,
    destinations,
    named: [...new Set([...destinations, ...spenders, ...contracts.keys()])],
    unlimitedAllowances: input.capabilities?.approvals?.unlimited === true,
    strategies: compileStrategies(input, base, unit, names),
    hours: (input.timeRestrictions ?? []).map(({ timezone, ...window }) =>
      timezone === undefined || timezone === 'UTC' ? window : { ...window, timeZone: timezone },
    ),
    operationBounds: operationBounds(input),
    maxSlippage: millionths(input.capabilities?.trading?.maxSlippage),
    tree,
    temporal: compileTemporal(input.temporalRules ?? [], names),
    gasBuffer: most(gasBuffer(input.gasBufferMultiplier), ...leaves.map((leaf) => leaf.gasBuffer)),
    maxFee: input.maxFee === undefined ? null : (wholeUnits(input.maxFee, native[0]?.decimals ?? 0, 'maxFee', names) ?? 0n),
    requireSimulation: (input.requireSimulation ?? true) || leaves.some((leaf) => leaf.requireSimulation),
    simulationStalenessMs: Math.min(input.simulationStalenessMs ?? 30_000, ...leaves.map((leaf) => leaf.simulationStalenessMs)),
    approvalTimeoutMs: least(input.humanApprovalTimeoutMs ?? null, ...leaves.map((leaf) => leaf.approvalTimeoutMs)),
    approvalQuorums: compileQuorums(quorums, all, names),
    readsValue: reads('value') || leaves.some((leaf) => leaf.readsValue),
    readsCode: reads('destinationCodeHash') || leaves.some((leaf) => leaf.readsCode),
    maxTrust: input.maxTrust ?? 'message',
  };
  if (new Set(native.map(({ decimals }) => decimals)).size > 1 && input.maxFee !== undefined)
    names.problems.push('maxFee: the native coins differ in decimals');
  if (names.problems.length > 0) throw invalid([...new Set(names.problems)]);
  return { digest: digestOf(input, tokens, base, policy.rules), ...policy };
}

/** What a policy comes to: its own words, the words it inherits, and the decimals and ids that names stood for. */
function digestOf(
  input: ParsedPermissions,
  tokens: readonly Token[],
  base: PolicyBase,
  rules: CompiledPolicy['rules'],
): CompiledPolicy['digest'] {
  const list = tokens.map(({ asset, symbol, decimals }) => [asset, symbol, String(decimals)]).sort();
  try {
    return sha256Hex(canonicalize({ permissions: input, base, rules, tokens: list }));
  } catch {
    throw invalid(['permissions: hold a text that is no well-formed Unicode, or a list with gaps']);
  }
}

function compileContracts(input: ParsedPermissions, names: Names): ReadonlyMap<AccountId, readonly ContractEntry[]> {
  const contracts = new Map<AccountId, ContractEntry[]>();
  for (const [index, entry] of (input.allowedContracts ?? []).entries()) {
    const expiresAtMs = typeof entry.expiresAt === 'string' ? Date.parse(entry.expiresAt) : (entry.expiresAt ?? null);
    const selectors = entry.selectors === undefined ? null : new Set(entry.selectors.map(bareSelector));
    for (const account of names.account(entry.address, `allowedContracts[${index}].address`, entry.chain)) {
      const entries = contracts.get(account) ?? [];
      entries.push({
        selectors,
        expiresAtMs,
        capability: entry.capability ?? null,
        operation: entry.operation ?? null,
        pins: compilePins(entry, account, index, names),
      });
      contracts.set(account, entries);
    }
  }
  return contracts;
}

/** What pins an entry; null where nothing does. */
function compilePins(
  entry: NonNullable<ParsedPermissions['allowedContracts']>[number],
  account: AccountId,
  index: number,
  names: Names,
): ContractPins | null {
  const pinned = (name: 'implementation' | 'admin' | 'owner'): AccountId | null => {
    const text = entry[name];
    return text === undefined ? null : (names.account(text, `allowedContracts[${index}].${name}`, accountChain(account))[0] ?? null);
  };
  const codeHash = entry.codeHash === undefined ? null : bareCodeHash(entry.codeHash);
  const pins = { codeHash, implementation: pinned('implementation'), admin: pinned('admin'), owner: pinned('owner') };
  return Object.values(pins).every((pin) => pin === null) ? null : pins;
}

function compileStrategies(
  input: ParsedPermissions,
  base: PolicyBase,
  unit: CompiledPolicy['unit'],
  names: Names,
): ReadonlyMap<string, CompiledStrategy> {
  const strategies = new Map<string, CompiledStrategy>();
  const given = [
    ...(base.strategies ?? []).map((strategy) => ['base.strategies', strategy] as const),
    ...(input.strategies ?? []).map((strategy) => ['strategies', strategy] as const),
  ];
  for (const [from, strategy] of given) {
    const parsed = strategySchema.safeParse(strategy);
    if (!parsed.success) {
      names.problems.push(...describeIssues(parsed.error).map((problem) => `${from}: ${problem}`));
      continue;
    }
    if (strategies.has(parsed.data.id)) names.problems.push(`strategies: ${parsed.data.id} is registered twice`);
    strategies.set(parsed.data.id, compileStrategy(parsed.data, `strategies.${parsed.data.id}`, unit, names));
  }
  return strategies;
}

function customRules(rules: readonly ParsedRule[], given: readonly Rule[], names: Names): readonly Rule[] {
  const seen = new Set(given.map(({ id }) => id));
  return rules.flatMap((rule, index) => {
    const path = `rules[${index}]`;
    if (seen.has(rule.id)) names.problems.push(`${path}.id: ${rule.id} is there twice`);
    seen.add(rule.id);
    const then = rule.action === 'require_approval' ? 'escalate' : rule.action;
    const when = readWhen(rule.conditions, `${path}.conditions`, names);
    if (when === undefined) return [];
    return {
      id: rule.id,
      when,
      then,
      label: rule.name ?? rule.id,
      priority: rule.priority ?? 0,
      code: then === 'escalate' ? 'policy_rule_escalated' : then === 'deny' ? 'policy_rule_denied' : 'policy_no_match',
    };
  });
}

/** The smallest of them; null bounds nothing. */
function least(...bounds: readonly (number | null)[]): number | null {
  const given = bounds.filter((bound) => bound !== null);
  return given.length === 0 ? null : Math.min(...given);
}

/** The multiplier in millionths, rounded up. Twelve digits: what is written as 1.2 is 1,200,000 of them. */
function gasBuffer(multiplier: number | undefined): bigint | null {
  return multiplier === undefined ? null : BigInt(Math.ceil(Number((multiplier * 1_000_000).toPrecision(12))));
}

/** The largest of them; null where none is given. */
function most(...bounds: readonly (bigint | null)[]): bigint | null {
  return bounds.reduce((largest, bound) => (largest === null || (bound !== null && bound > largest) ? bound : largest), null);
}

function invalid(problems: readonly string[]): CastellanError {
  return new CastellanError('POLICY_INVALID', {
    message: `The policy has ${problems.length} wrong field(s): ${problems.join('; ')}`,
    details: { problems },
  });
}
