import type { CapSpec, CompiledPolicy, CompiledStrategy, ContractEntry, ContractPins, RateBounds, Rule } from '../../authz/index.ts';
import type { LedgerWindow } from '../../core/ledger.ts';
import { namesTighten } from './listing-tightening.ts';
import { quorumsTighten } from './quorums-tighten.ts';
import { ruleImplies } from './rule-implication.ts';
import { temporalTightens } from './temporal-tightening.ts';
import { treeTightens } from './tree-tightening.ts';

type Check = (before: CompiledPolicy, after: CompiledPolicy) => boolean;

const isSubset = <T>(inner: ReadonlySet<T>, outer: ReadonlySet<T>): boolean => [...inner].every((item) => outer.has(item));
/** Null bounds nothing. */
const isNarrowed = <T>(after: ReadonlySet<T> | null, before: ReadonlySet<T> | null): boolean =>
  before === null || (after !== null && isSubset(after, before));
const isLowered = (after: bigint | number | null, before: bigint | number | null): boolean =>
  before === null || (after !== null && after <= before);
const haveSameKeys = (left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>): boolean =>
  left.size === right.size && [...left.keys()].every((key) => right.has(key));

/** Whoever is warned is warned as early as before. */
function warnsNoLater({ warn: before }: LedgerWindow, { warn: after, limit }: LedgerWindow): boolean {
  return before === undefined || BigInt(after?.at ?? limit) <= BigInt(before.at);
}

function capTightens(before: CapSpec, after: CapSpec): boolean {
  if (before.unit !== after.unit) return false;
  return before.windows.every((known) =>
    after.windows.some(
      (window) => window.windowMs === known.windowMs && BigInt(window.limit) <= BigInt(known.limit) && warnsNoLater(known, window),
    ),
  );
}

function ratesTighten(before: RateBounds, after: RateBounds): boolean {
  const bounds = ['maxPerMinute', 'maxPerHour', 'maxPerDay', 'burst'] as const;
  return bounds.every((name) => isLowered(after[name], before[name])) && after.cooldownMs >= before.cooldownMs;
}

/** Whatever was pinned stays pinned to the same. */
function pinsTighten(before: ContractPins | null, after: ContractPins | null): boolean {
  if (before === null) return true;
  return (['codeHash', 'implementation', 'admin', 'owner'] as const).every(
    (name) => before[name] === null || before[name] === after?.[name],
  );
}

/** Methods that are named pass without being understood: naming some where any that is understood passed is no narrowing. */
const selectorsTighten = (before: ContractEntry['selectors'], after: ContractEntry['selectors']): boolean =>
  before === null ? after === null || after.size === 0 : isNarrowed(after, before);

/** One entry may shrink. Of several, which one a call finds depends on the others: they stay as they are. */
function contractTightens(before: readonly ContractEntry[], after: readonly ContractEntry[]): boolean {
  if (before.length !== after.length) return false;
  return after.every((entry, index) => {
    const known = before[index];
    if (known === undefined || known.capability !== entry.capability || known.operation !== entry.operation) return false;
    if (!pinsTighten(known.pins, entry.pins)) return false;
    if (after.length > 1) {
      const isSame = isNarrowed(known.selectors, entry.selectors) && isLowered(known.expiresAtMs, entry.expiresAtMs);
      if (!isSame) return false;
    }
    return selectorsTighten(known.selectors, entry.selectors) && isLowered(entry.expiresAtMs, known.expiresAtMs);
  });
}

function strategyTightens(before: CompiledStrategy, after: CompiledStrategy): boolean {
  return (
    isNarrowed(after.capabilities, before.capabilities) &&
    isNarrowed(after.assets, before.assets) &&
    isNarrowed(after.protocols, before.protocols) &&
    (before.protocols === null || isSubset(after.protocolNames, before.protocolNames)) &&
    isLowered(after.maxAmountPerTrade, before.maxAmountPerTrade) &&
    (before.daily === null || (after.daily !== null && capTightens(before.daily, after.daily))) &&
    isLowered(after.maxSlippage, before.maxSlippage)
  );
}

const HOURS_OF_WEEK = Array.from({ length: 7 * 24 }, (_, index) => ({ weekday: Math.floor(index / 24), hour: index % 24 }));

/** By the clocks of one zone every hour of the week comes; where windows are of several, only what stays as it was is sure. */
function hoursTighten(before: CompiledPolicy, after: CompiledPolicy): boolean {
  const zones = new Set([...before.hours, ...after.hours].map(({ timeZone }) => timeZone ?? 'UTC'));
  if (zones.size > 1) return JSON.stringify(before.hours) === JSON.stringify(after.hours);
  return HOURS_OF_WEEK.every((at) => isOpen(before, at) || !isOpen(after, at));
}

function isOpen({ hours }: CompiledPolicy, at: { readonly weekday: number; readonly hour: number }): boolean {
  const hits = hours.filter(
    ({ daysOfWeek, startHour, endHour }) => daysOfWeek.includes(at.weekday) && at.hour >= startHour && at.hour < endHour,
  );
  if (hits.some(({ type }) => type === 'deny')) return false;
  return hits.length > 0 || hours.every(({ type }) => type === 'deny');
}

/** What a rule says, whatever it is called. */
const wordsOf = ({ then, code, when }: Rule): string => JSON.stringify([then, code, when]);

/**
 * Every denial stays, every question to a person with its reason, by which quorums know it, and nothing is allowed that was not. Rules that
 * stay as they were are found by what they say: comparing each with all others is for those that changed.
 */
const rulesTighten: Check = (before, after) => {
  const [said, says] = [new Set(before.rules.map(wordsOf)), new Set(after.rules.map(wordsOf))];
  const isKept = (rule: Rule): boolean =>
    after.rules.some((kept) => (kept.then === 'deny' || (kept.then === rule.then && kept.code === rule.code)) && ruleImplies(rule, kept));
  const wasAllowed = (rule: Rule): boolean => before.rules.some((known) => known.then === 'allow' && ruleImplies(rule, known));
  return (
    before.rules.every((rule) => rule.then === 'allow' || says.has(wordsOf(rule)) || isKept(rule)) &&
    after.rules.every((rule) => rule.then !== 'allow' || said.has(wordsOf(rule)) || wasAllowed(rule))
  );
};

const follows: Check = () => true;

/** One check for each field that a policy is judged by; a field without one does not compile. */
const CHECKS: Readonly<Record<keyof CompiledPolicy, Check>> = {
  rules: rulesTighten,
  tokens: ({ tokens: before }, { tokens: after }) =>
    haveSameKeys(before, after) && [...before].every(([asset, { decimals }]) => after.get(asset)?.decimals === decimals),
  unit: ({ unit: before }, { unit: after }) => before.id === after.id && before.decimals === after.decimals,
  unitCap: ({ unitCap: before }, { unitCap: after }) => capTightens(before, after),
  // An asset that gets limits of its own no longer counts in the unit's, and the other way round.
  assetCaps: ({ assetCaps: before }, { assetCaps: after }) =>
    haveSameKeys(before, after) &&
    [...before].every(([asset, cap]) => {
      const own = after.get(asset);
      return own !== undefined && capTightens(cap, own);
    }),
  // A cap that joins an account leaves what the others count there as it is.
  caps: ({ caps: before }, { caps: after }) =>
    before.every((cap) =>
      after.some(
        ({ capId, scope, of, asset, spec }) =>
          capId === cap.capId && scope === cap.scope && of === cap.of && asset === cap.asset && capTightens(cap.spec, spec),
      ),
    ),
  rate: ({ rate: before }, { rate: after }) =>
    ratesTighten(before, after) && (before.perUser === null || (after.perUser !== null && ratesTighten(before.perUser, after.perUser))),
  // Where protocols are allowed by name, an entry can also hold its contract tighter than the name does.
  contracts: ({ contracts: before }, { contracts: after, protocols }) =>
    [...after].every(([account, entries]) => contractTightens(before.get(account) ?? [], entries)) &&
    (protocols.size === 0 || haveSameKeys(before, after)),
  protocols: ({ protocols: before }, { protocols: after }) => isSubset(after, before),
  deployments: ({ deployments: before }, { deployments: after }) => isSubset(after, before),
  delegates: ({ delegates: before }, { delegates: after }) => isSubset(after, before),
  spenders: ({ spenders: before }, { spenders: after }) => isSubset(after, before),
  // Whoever is named is no stranger any more: naming somebody is never only a narrowing.
  destinations: ({ destinations: before }, { destinations: after }) => isSubset(after, before),
  unlimitedAllowances: (before, after) => before.unlimitedAllowances || !after.unlimitedAllowances,
  // A strategy that nobody registered asks a person; one that is registered can deny, and can pass.
  strategies: ({ strategies: before }, { strategies: after }) =>
    haveSameKeys(before, after) &&
    [...before].every(([id, strategy]) => {
      const own = after.get(id);
      return own !== undefined && strategyTightens(strategy, own);
    }),
  hours: hoursTighten,
  operationBounds: ({ operationBounds: before }, { operationBounds: after }) =>
    before.every((bound) => after.some((kept) => kept.capability === bound.capability)),
  maxSlippage: (before, after) => isLowered(after.maxSlippage, before.maxSlippage),
  tree: ({ tree: before }, { tree: after }) => treeTightens(before, after, isTightening),
  temporal: temporalTightens,
  gasBuffer: ({ gasBuffer: before }, { gasBuffer: after }) => before === null || (after !== null && after >= before),
  maxFee: (before, after) => isLowered(after.maxFee, before.maxFee),
  requireSimulation: (before, after) => after.requireSimulation || !before.requireSimulation,
  simulationStalenessMs: (before, after) => after.simulationStalenessMs <= before.simulationStalenessMs,
  approvalTimeoutMs: (before, after) => isLowered(after.approvalTimeoutMs, before.approvalTimeoutMs),
  approvalQuorums: quorumsTighten,
  // A better label can make a rule match that allows, and a worse one a rule that does.
  maxTrust: (before, after) => before.maxTrust === after.maxTrust,
  // Made from the fields above.
  digest: follows,
  index: follows,
  ofAmounts: follows,
  named: namesTighten,
  readsValue: follows,
  readsCode: follows,
};

/**
 * Whether `after` permits nothing that `before` did not, so that no owner has to be asked. Sound and not complete: in doubt
 * it is a loosening. It compares what policies say; that a name which was taken off a list no longer shows who imitates it
 * is not weighed.
 */
export function isTightening(before: CompiledPolicy, after: CompiledPolicy): boolean {
  return Object.values(CHECKS).every((check) => check(before, after));
}
