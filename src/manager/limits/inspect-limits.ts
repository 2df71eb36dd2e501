import {
  accountsOf,
  type CompiledCap,
  type CompiledPolicy,
  capAccount,
  capPrefix,
  type LedgerAccount,
  type RateBound,
  rateBounds,
  type Spender,
} from '../../authz/index.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AgentId, AssetId, TimeMs } from '../../core/ids.ts';
import { EMPTY_RATE, eventsIn, type RateRow } from '../../core/rate.ts';
import { type Store, storeKey } from '../../core/store.ts';
import { type KeptAgent, readAgentState } from '../policies/kept-agent.ts';
import type { PolicyBook } from '../policy-book.ts';
import { capUses, type Rows, widestKey } from './cap-use.ts';
import type { LimitsReport, RateUse } from './limits-report.ts';

/** What reading limits needs. */
export interface LimitsParts {
  readonly store: Store;
  readonly policies: Pick<PolicyBook, 'policyOf'>;
  readonly nowMs: () => TimeMs;
}

/** Most assets, recipients or contracts that are shown of one cap. */
const MAX_SUBJECTS = 256;

/**
 * What an agent may still spend and do, read in one consistent look: what is booked, what is pending, what remains and when more
 * returns. Of caps by asset, recipient or contract those that something was counted for.
 * @throws AGENT_UNKNOWN; POLICY_INVALID where no policy is in force; STORE_UNAVAILABLE
 */
export async function inspectLimits(parts: LimitsParts, agentId: AgentId): Promise<LimitsReport> {
  const { agent, policyRow } = await readAgentState(parts.store, agentId);
  if (agent === undefined || agent.removedMs !== undefined)
    throw new CastellanError('AGENT_UNKNOWN', { message: 'No such agent is registered.', details: { agentId } });
  const policy = parts.policies.policyOf(agentId, policyRow);
  if (policy === undefined)
    throw new CastellanError('POLICY_INVALID', { message: 'No policy is in force for this agent.', details: { agentId, problems: [] } });
  const named = await namedAccounts(parts.store, agent, policy);
  const accounts = [...ownAccounts(policy, agentId), ...named.accounts];
  const bounds = rateBounds(policy, { agentId, userId: agent.user });
  const keys = new Set([...accounts.flatMap((account) => account.keys), ...bounds.map(({ key }) => storeKey.rate(key))]);
  const first = await readRows(parts.store, keys);
  const more = accounts.flatMap((account) => widestKey(account, first) ?? []).filter((key) => !keys.has(key));
  // All of them again: it is to be one look.
  const rows = more.length === 0 ? first : await readRows(parts.store, [...keys, ...more]);
  const atMs = parts.nowMs();
  return {
    agentId,
    atMs,
    caps: accounts.flatMap((account) => capUses(account, rows, atMs)),
    rates: bounds.map((bound) => rateUse(bound, (rows.get(storeKey.rate(bound.key)) as RateRow | undefined) ?? EMPTY_RATE, atMs)),
    truncated: named.truncated,
  };
}

async function readRows(store: Store, wanted: Iterable<string>): Promise<Rows> {
  const keys = [...wanted];
  const values = await store.get(keys);
  return new Map(keys.map((key, index) => [key, values[index]]));
}

/** The accounts of the agent's own limits. */
function ownAccounts(policy: CompiledPolicy, agentId: AgentId): readonly LedgerAccount[] {
  const accounts = accountsOf(policy, agentId);
  return [
    accounts.unit,
    ...[...policy.assetCaps.keys()].flatMap((asset) => accounts.asset(asset) ?? []),
    ...[...policy.strategies.keys()].flatMap((id) => accounts.strategy(id) ?? []),
  ];
}

interface NamedAccounts {
  readonly accounts: readonly LedgerAccount[];
  readonly truncated: boolean;
}

/** The accounts of named caps that the agent counts on: by wallet where a cap is, and by what the ledger has counted. */
async function namedAccounts(store: Store, agent: KeptAgent, policy: CompiledPolicy): Promise<NamedAccounts> {
  const accounts = new Map<string, LedgerAccount>();
  let truncated = false;
  for (const cap of policy.caps) {
    for (const spender of spendersOf(cap, agent)) {
      const found = cap.scope === cap.of ? { subjects: [null], more: false } : await subjectsOf(store, cap, spender);
      truncated ||= found.more;
      for (const subject of found.subjects) {
        const account = capAccount(cap, spender, subject);
        accounts.set(account.account, account);
      }
    }
  }
  return { accounts: [...accounts.values()], truncated };
}

function spendersOf({ of }: CompiledCap, { id, user, wallets }: KeptAgent): readonly Spender[] {
  const spender = { agentId: id, userId: user };
  return of === 'wallet' ? wallets.map((wallet) => ({ ...spender, wallet })) : [{ ...spender, wallet: '' as AccountId }];
}

async function subjectsOf(
  store: Store,
  cap: CompiledCap,
  spender: Spender,
): Promise<{ readonly subjects: readonly (AccountId | AssetId)[]; readonly more: boolean }> {
  const prefix = storeKey.ledger(capPrefix(cap, spender));
  const found = await store.scan(prefix, { limit: MAX_SUBJECTS + 1 });
  const ending = `|${cap.spec.unit}`;
  const subjects = found
    .slice(0, MAX_SUBJECTS)
    .flatMap(({ key }) => (key.endsWith(ending) ? [key.slice(prefix.length, -ending.length) as AccountId | AssetId] : []));
  return { subjects, more: found.length > MAX_SUBJECTS };
}

function rateUse({ rule, windowMs, max, cooldownMs }: RateBound, row: RateRow, nowMs: TimeMs): RateUse {
  const use = eventsIn(row, windowMs, nowMs);
  const freeAtMs = use.count < max ? null : use.freeAtMs(max);
  const readyAtMs = row.lastMs === null ? 0 : row.lastMs + cooldownMs;
  const resetsAt = Math.max(freeAtMs ?? 0, readyAtMs);
  return {
    rule,
    windowMs,
    limit: max,
    used: use.count,
    remaining: Math.max(0, max - use.count),
    resetsAt: resetsAt > nowMs ? resetsAt : null,
  };
}
