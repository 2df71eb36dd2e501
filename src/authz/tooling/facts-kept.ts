import { canonicalize, type Decision, type Json, type LedgerWindow } from '../../core/index.ts';
import { accountsOf, type LedgerAccount } from '../limits/ledger-accounts.ts';
import type { CompiledPolicy } from '../policy/index.ts';

/** Facts that hold whatever the rules are, by the beginning of their names. */
const OF_THE_WORLD = [
  'contract.',
  'destination.new.',
  'destination.screened.',
  'destination.age.',
  'rate.',
  'temporal.',
  'limits.shared',
  'time.',
  'validator.',
] as const;
const UNION = 'union.';
const USED = 'limits.used';
/** What the deployment's own history said, by rule and condition. */
const EVENTS = 'temporal.events';

/**
 * The facts of a decision that hold under `after` though it was judged under `before`. What the rules had a part in is left out,
 * to be made again from the state that the decision kept, or to be lacking.
 */
export function factsKept(decision: Decision, before: CompiledPolicy, after: CompiledPolicy): Readonly<Record<string, Json>> {
  const isSameUnit = before.unit.id === after.unit.id;
  const accounts = accountsKept(decision, before, after);
  const kept: Record<string, Json> = {};
  for (const [key, fact] of Object.entries(decision.facts)) {
    const prefix = key.startsWith(UNION) ? UNION : '';
    const name = key.slice(prefix.length);
    if (name === EVENTS) {
      if (fact === null || asksTheSame(before, after)) kept[key] = fact;
    } else if (OF_THE_WORLD.some((part) => name.startsWith(part)) || (name.startsWith('price.') && (isSameUnit || name.includes('@'))))
      kept[key] = fact;
    else if (name.startsWith(USED))
      keepRoom(
        kept,
        key,
        fact,
        accounts.find(({ fits }) => fits(name)),
      );
    else if (accounts.some(({ unchanged }) => unchanged.has(name))) kept[key] = fact;
  }
  return kept;
}

/** Whether every rule over history that is asked now was asked then, in the same words: an answer to another question is none. */
function asksTheSame({ temporal: before }: CompiledPolicy, { temporal: after }: CompiledPolicy): boolean {
  return after.every(({ id, when }) => before.some((rule) => rule.id === id && canonicalize(rule.when) === canonicalize(when)));
}

/** An account that both rules know, and in which order either asks for its windows. */
interface KeptAccount {
  /** Whether a fact of this name is the account's room in use. */
  readonly fits: (name: string) => boolean;
  readonly from: readonly LedgerWindow[];
  readonly to: readonly LedgerWindow[];
  /** Facts about limits that are the same in both. */
  readonly unchanged: ReadonlySet<string>;
}

/** The room in use, which is counted by window: it holds wherever the same windows are asked for, in whichever order. */
function keepRoom(kept: Record<string, Json>, key: string, fact: Json, account: KeptAccount | undefined): void {
  if (account === undefined || !Array.isArray(fact)) return;
  const { from, to } = account;
  const values = to.map(({ windowMs }) =>
    windowMs === 0 ? '0' : (fact[from.findIndex((window) => window.windowMs === windowMs)] as Json | undefined),
  );
  if (values.every((value) => value !== undefined)) kept[key] = values as readonly Json[];
}

function accountsKept({ agent }: Decision, before: CompiledPolicy, after: CompiledPolicy): readonly KeptAccount[] {
  const known = new Map(ledgerAccounts(before, agent).map((at) => [at.account, at]));
  const own = ledgerAccounts(after, agent).flatMap((at): KeptAccount[] => {
    const old = known.get(at.account);
    if (old === undefined) return [];
    const same = at.cap.windows.filter((window) =>
      old.cap.windows.some(({ windowMs, limit, rule }) => windowMs === window.windowMs && limit === window.limit && rule === window.rule),
    );
    const unchanged = new Set(same.map(({ rule }) => `limits.room.${at.account}.${rule}`));
    return [{ fits: (name) => name === at.usedFact && name === old.usedFact, from: old.cap.windows, to: at.cap.windows, unchanged }];
  });
  return [...own, ...capsKept(before, after)];
}

/** Caps with names of their own: one account for each holder, asset, recipient or contract. */
function capsKept({ caps: before }: CompiledPolicy, { caps: after }: CompiledPolicy): readonly KeptAccount[] {
  return after.flatMap(({ capId, scope, of, asset, spec }): KeptAccount[] => {
    const old = before.find(
      (cap) => cap.capId === capId && cap.scope === scope && cap.of === of && cap.asset === asset && cap.spec.unit === spec.unit,
    );
    if (old === undefined) return [];
    const [start, end] = [`${USED}.cap.${capId}.`, `.${spec.unit}`];
    return [
      { fits: (name) => name.startsWith(start) && name.endsWith(end), from: old.spec.windows, to: spec.windows, unchanged: new Set() },
    ];
  });
}

function ledgerAccounts(policy: CompiledPolicy, agent: string): readonly LedgerAccount[] {
  const accounts = accountsOf(policy, agent);
  const assets = [...policy.assetCaps.keys()].map((asset) => accounts.asset(asset));
  const strategies = [...policy.strategies.keys()].map((id) => accounts.strategy(id));
  return [accounts.unit, ...assets, ...strategies].filter((at) => at !== undefined);
}
