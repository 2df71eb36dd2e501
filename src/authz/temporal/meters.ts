import { type AgentId, storeKey } from '../../core/index.ts';
import type { CompiledPolicy } from '../policy/compiled-policy.ts';
import { Remembered } from '../remembered.ts';
import type { TemporalCondition, TemporalRule } from './temporal-rule.ts';

/** A ledger account that counts and bounds nothing by itself. */
export interface MeterAccount {
  readonly account: string;
  /** What it counts in: an asset, or calls. */
  readonly unit: string;
  readonly counter: string;
  readonly headKey: string;
  /** Lengths of its windows, and the keys of their rows in the same order. */
  readonly windows: readonly number[];
  readonly windowKeys: readonly string[];
}

/** A condition that counts what transactions take, and the account that it counts on. */
export interface Meter {
  readonly rule: TemporalRule;
  readonly condition: TemporalCondition;
  /** The most that passes: what comes above it triggers. */
  readonly most: bigint;
  readonly at: MeterAccount;
  /** Position of the condition's window in the account's windows. */
  readonly window: number;
}

/** Everything that an agent's temporal rules read. */
export interface TemporalState {
  readonly meters: readonly Meter[];
  readonly keys: readonly string[];
  /** Whether rules look at how requests ended. */
  readonly readsOutcomes: boolean;
}

const cache = new WeakMap<CompiledPolicy, Remembered<AgentId, TemporalState>>();
/** Agents remembered per policy; at the bound all are made again. */
const MAX_AGENTS = 16_384;
/** Stands where a rule has triggered and was answered: it bounds nothing any more, and goes on counting. */
export const NO_LIMIT = '9'.repeat(90);

/** The part of an account's name that is not the agent's: tells which counter it is. */
export function counterOf({ asset, contract }: TemporalCondition): string | undefined {
  if (asset !== undefined) return `velocity|${asset}`;
  return contract === undefined ? undefined : `calls:${contract}|calls`;
}

/** Whether a ledger account is such a counter. */
export const isMeterAccount = (account: string): boolean => /^agent:[^:|/]+:(?:velocity\||calls:.+\|calls$)/.test(account);

/** Names of the windows of counters that begin with the policy: how far back each reaches stands beside it. */
export function temporalCounters({ temporal }: Pick<CompiledPolicy, 'temporal'>): readonly string[] {
  return [...new Set(temporal.flatMap(({ when }) => when.flatMap((condition) => windowOf(condition) ?? [])))];
}

/** The name of one window of a counter. */
export function windowOf(condition: TemporalCondition): string | undefined {
  const counter = counterOf(condition);
  return counter === undefined ? undefined : `${counter}/${condition.windowMs}`;
}

/** Key of the row that says since when an agent's counters count. */
export const sinceKey = (agent: AgentId): string => storeKey.doc(`policy/${agent}`);

/** What the temporal rules of a policy read of an agent. */
export function temporalState(policy: CompiledPolicy, agent: AgentId): TemporalState {
  let byAgent = cache.get(policy);
  if (byAgent === undefined) {
    byAgent = new Remembered(MAX_AGENTS);
    cache.set(policy, byAgent);
  }
  return byAgent.of(agent, () => createState(policy, agent));
}

function createState({ temporal }: CompiledPolicy, agent: AgentId): TemporalState {
  const windows = new Map<string, number[]>();
  for (const { when } of temporal)
    for (const condition of when) {
      const counter = counterOf(condition);
      if (counter === undefined) continue;
      const known = windows.get(counter) ?? [];
      windows.set(counter, [...new Set([...known, condition.windowMs as number])]);
    }
  const accounts = new Map([...windows].map(([counter, known]) => [counter, toAccount(agent, counter, known)]));
  const meters = temporal.flatMap((rule) =>
    rule.when.flatMap((condition): Meter[] => {
      const at = accounts.get(counterOf(condition) ?? '');
      if (at === undefined) return [];
      const value = BigInt(condition.value);
      const window = at.windows.indexOf(condition.windowMs as number);
      return [{ rule, condition, most: condition.operator === 'gt' ? value : value - 1n, at, window }];
    }),
  );
  const readsOutcomes = temporal.some(({ when }) => when.some((condition) => counterOf(condition) === undefined));
  return {
    meters,
    readsOutcomes,
    keys: [
      ...(readsOutcomes ? [storeKey.outcomes(agent)] : []),
      ...(meters.length === 0 ? [] : [sinceKey(agent)]),
      ...[...accounts.values()].flatMap(({ headKey, windowKeys }) => [headKey, ...windowKeys]),
    ],
  };
}

function toAccount(agent: AgentId, counter: string, windows: readonly number[]): MeterAccount {
  const account = `agent:${agent}:${counter}`;
  return {
    account,
    unit: counter.slice(counter.lastIndexOf('|') + 1),
    counter,
    headKey: storeKey.ledger(account),
    windows,
    windowKeys: windows.map((windowMs) => storeKey.ledgerWindow(account, windowMs)),
  };
}
