import { type AgentId, type AssetId, collectionOf, type LedgerCap, storeKey } from '../../core/index.ts';
import type { CapScope, CapSpec, CompiledPolicy } from '../policy/index.ts';

/** One ledger account of an agent under a policy: its caps, and the keys of its rows. Made once per agent and policy. */
export interface LedgerAccount {
  readonly account: string;
  readonly unit: string;
  readonly cap: LedgerCap;
  /** Limits as numbers, in the order of `cap.windows`. */
  readonly limits: readonly bigint[];
  readonly headKey: string;
  /** Keys of the window rows, in the order of `cap.windows`; null where the window needs no row. */
  readonly windowKeys: readonly (string | null)[];
  /** Name of the fact that holds the room in use. */
  readonly usedFact: string;
  /** Every key of it. */
  readonly keys: readonly string[];
  readonly named: CapName;
}

/** Which cap an account is of: a named one, or `limits`, `limits.assets`, `strategy:<id>` of the agent. */
export interface CapName {
  readonly capId: string;
  readonly scope: CapScope;
  /** The asset, recipient or contract; null where the scope is a holder. */
  readonly subject: string | null;
}

/** The accounts that an agent spends from. */
export interface AgentAccounts {
  readonly unit: LedgerAccount;
  /** Of an asset with limits of its own, or of a collectible whose collection has them; undefined where it counts in the unit. */
  asset(asset: AssetId): LedgerAccount | undefined;
  strategy(id: string): LedgerAccount | undefined;
  /** Where actions and attempts are counted. */
  readonly rate: { readonly approved: string; readonly attempts: string };
  /** Row keys of both. */
  readonly rateKeys: readonly string[];
  readonly profileKey: string;
}

/** Stands behind the agent in the account of an asset that has limits of its own and is the unit of all others. */
const OWN = ':own';
const cache = new WeakMap<CompiledPolicy, Map<AgentId, AgentAccounts>>();
/** Agents remembered per policy; at the bound all are made again. */
const MAX_AGENTS = 16_384;

/** Whether an account is what an agent’s `limits` count on: those of the unit, or of an asset. */
export const isLimitsAccount = (account: string, agent: string): boolean =>
  account.startsWith(`agent:${agent}|`) || account.startsWith(`agent:${agent}${OWN}|`);

/** The accounts of an agent under a policy. */
export function accountsOf(policy: CompiledPolicy, agent: AgentId): AgentAccounts {
  let byAgent = cache.get(policy);
  if (byAgent === undefined) {
    byAgent = new Map();
    cache.set(policy, byAgent);
  }
  let accounts = byAgent.get(agent);
  if (accounts === undefined) {
    accounts = createAccounts(policy, agent);
    if (byAgent.size >= MAX_AGENTS) byAgent.clear();
    byAgent.set(agent, accounts);
  }
  return accounts;
}

function createAccounts(policy: CompiledPolicy, agent: AgentId): AgentAccounts {
  const scope = `agent:${agent}`;
  const assets = new Map(
    [...policy.assetCaps].map(([asset, spec]) => {
      // Where all limits count in this very asset: two accounts of one name would be charged together, under the caps of either.
      const part = spec.unit === policy.unitCap.unit ? OWN : '';
      return [asset, toAccount(`${scope}${part}`, spec, { capId: 'limits.assets', scope: 'agent', subject: asset }, part)];
    }),
  );
  const strategies = new Map(
    [...policy.strategies.values()].flatMap(({ id, daily }) => (daily === null ? [] : [[id, strategyAccount(scope, id, daily)] as const])),
  );
  const rate = { approved: `${scope}:approved`, attempts: `${scope}:attempts` };
  return {
    unit: toAccount(scope, policy.unitCap, { capId: 'limits', scope: 'agent', subject: null }),
    asset: (asset) => {
      const own = assets.get(asset);
      if (own !== undefined || assets.size === 0) return own;
      const collection = collectionOf(asset);
      return collection === null ? undefined : assets.get(collection);
    },
    strategy: (id) => strategies.get(id),
    rate,
    rateKeys: [storeKey.rate(rate.approved), storeKey.rate(rate.attempts)],
    profileKey: storeKey.doc(`profile/${agent}`),
  };
}

function strategyAccount(scope: string, id: string, daily: CapSpec): LedgerAccount {
  const part = `:strategy:${id}`;
  return toAccount(`${scope}${part}`, daily, { capId: `strategy:${id}`, scope: 'agent', subject: null }, part);
}

/** The account of a cap, by its name before the unit; `part` is what the facts about it are named after. */
export function toAccount(scope: string, spec: CapSpec, named: CapName, part = ''): LedgerAccount {
  const account = `${scope}|${spec.unit}`;
  const headKey = storeKey.ledger(account);
  const windowKeys = spec.windows.map(({ windowMs }) =>
    windowMs === 0 || windowMs === null ? null : storeKey.ledgerWindow(account, windowMs),
  );
  return {
    account,
    unit: spec.unit,
    cap: { account, windows: spec.windows },
    limits: spec.windows.map(({ limit }) => BigInt(limit)),
    headKey,
    windowKeys,
    // Without the agent, whom the decision names: facts of all agents then have one shape.
    usedFact: `limits.used${part}.${spec.unit}`,
    keys: [headKey, ...windowKeys.filter((key) => key !== null)],
    named,
  };
}
