import { type AccountId, type AgentId, type AssetId, type Doc, type Json, storeKey, type TimeMs } from '../core/index.ts';
import {
  alikeEnds,
  alikeKey,
  fleetKey,
  habitsOf,
  isNewTo,
  parseProfile,
  readAlike,
  readFleetParty,
  viewFleetParty,
} from '../risk/index.ts';
import { answersTo } from './limits/refusals.ts';

/** What was looked up on chains, at quote sources and in the configuration before a judgement. What could not be read is left out. */
export type LookedUp = {
  /** What stands at accounts: whether it is code of its own, and since when, ms before. */
  readonly contracts?: readonly (readonly [account: AccountId, isContract: boolean, ageMs: number | null])[];
  /** What the market gives for what is traded, base units; absent where nobody was asked. */
  readonly quotes?: readonly (readonly [asset: AssetId, amount: string])[];
  /** What tokens call themselves; absent where nobody was asked. */
  readonly symbols?: readonly (readonly [asset: AssetId, symbol: string])[];
  /** To whom the deposit tags among the messages belong; absent where no tags are configured. */
  readonly tags?: readonly (readonly [tag: string, owners: readonly AccountId[]])[];
};

/** What the patterns of fraud are told beside effects and profile. JSON-safe: it stands in the decision as it is. */
export type RiskReadings = LookedUp & {
  /** What the agent was answered within the hour before. */
  readonly attempts: readonly [denied: number, total: number, withinMs: number];
  /** What other agents did with an account; null where that cannot be read. Whoever was asked about and is not here, nobody dealt with. */
  readonly fleet: readonly (
    | readonly [account: AccountId, others: number, paid: number, received: number, age: number]
    | readonly [account: AccountId, unread: null]
  )[];
  /** Accounts that the agent once paid, by the ends that they share with accounts in the effects; null where that cannot be read. Absent: none are known. */
  readonly alike?: readonly (readonly [end: string, accounts: readonly AccountId[] | null])[];
};

/** Whose readings are made, and when. */
export interface ReadingsOf {
  readonly agent: AgentId;
  readonly nowMs: TimeMs;
  /** Row keys that were read, in all. */
  readonly keys: readonly string[];
  readonly row: (key: string) => Json | undefined;
  readonly lookedUp: LookedUp | undefined;
}

const FLEET = storeKey.doc(fleetKey('' as AccountId));

/** Row key of what the fleet knows of an account. */
export const fleetRow = (account: AccountId): string => `${FLEET}${account}`;

/** The readings that rows and look-ups come to. O(rows read). */
export function readingsOf({ agent, nowMs, keys, row, lookedUp }: ReadingsOf): RiskReadings {
  const { denied, total, withinMs } = answersTo(agent, row, nowMs);
  const alike = alikeOf(agent, keys, row);
  return {
    ...{ ...lookedUp, attempts: [denied, total, withinMs], fleet: fleetOf(agent, nowMs, keys, row) },
    ...(alike.length === 0 ? {} : { alike }),
  };
}

/** Row keys of the accounts that the agent paid and that share the ends of an account. */
export const alikeRows = (agent: AgentId, account: AccountId): readonly string[] =>
  alikeEnds(account).map((end) => storeKey.doc(alikeKey(agent, end)));

/** An account whose ends only it itself has says nothing, and is left out. */
function alikeOf(agent: AgentId, keys: readonly string[], row: ReadingsOf['row']): NonNullable<RiskReadings['alike']> {
  const before = storeKey.doc(alikeKey(agent, ''));
  let here: ReadonlyMap<string, readonly AccountId[]> | undefined;
  return [...new Set(keys)].flatMap((key): (readonly [string, readonly AccountId[] | null])[] => {
    if (!key.startsWith(before)) return [];
    const end = key.slice(before.length);
    const accounts = readAlike((row(key) as unknown as Doc | undefined)?.value);
    if (accounts === undefined) return [[end, null]];
    if (accounts.length === 0) return [];
    here ??= partiesByEnd(keys);
    return here.get(end)?.some((party) => accounts.some((account) => account !== party)) === true ? [[end, accounts]] : [];
  });
}

/** Accounts whose rows were read, by what people see of their ends. */
function partiesByEnd(keys: readonly string[]): ReadonlyMap<string, readonly AccountId[]> {
  const parties = new Map<string, AccountId[]>();
  for (const key of keys) {
    if (!key.startsWith(FLEET)) continue;
    const party = key.slice(FLEET.length) as AccountId;
    for (const end of alikeEnds(party)) {
      const others = parties.get(end);
      if (others === undefined) parties.set(end, [party]);
      else others.push(party);
    }
  }
  return parties;
}

/** A wallet is taken for new to an account where its own habits do not know it: then every wallet of the record is another one. */
function fleetOf(agent: AgentId, nowMs: TimeMs, keys: readonly string[], row: ReadingsOf['row']): RiskReadings['fleet'] {
  const found: RiskReadings['fleet'][number][] = [];
  for (const key of keys) {
    if (!key.startsWith(FLEET)) continue;
    const stored = row(key) as unknown as Doc | undefined;
    if (stored === undefined || stored === null) continue;
    const account = key.slice(FLEET.length) as AccountId;
    const party = readFleetParty(stored.value);
    if (party === undefined) {
      found.push([account, null]);
      continue;
    }
    const profile = parseProfile((row(storeKey.doc(`profile/${agent}`)) as unknown as Doc | undefined)?.value);
    const isNew = profile === undefined || isNewTo(habitsOf(profile), account);
    const { others, paid, received, age } = viewFleetParty(party, { atMs: nowMs, amount: 0n, decimals: 0 }, isNew);
    if (others > 0) found.push([account, others, paid, received, age]);
  }
  return found;
}
