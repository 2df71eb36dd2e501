import { type AccountId, CastellanError, type Json, type TimeMs } from '../../core/index.ts';
import { parseScreening, type ScreeningEntry } from './entry.ts';
import type { HopRisk, Hops } from './hops.ts';
import { type ScreeningFinding, toScreeningEntry } from './verdict.ts';
import type { ScreeningView } from './view.ts';

/** A list that is configured and says nothing now. `why`: `not_loaded`, `expired`, `stale`, or the code of the error that refused it. */
export type LackingList = {
  readonly list: string;
  readonly why: string;
  /** True: without it nothing is approved. False: the score rises. */
  readonly required: boolean;
};

/** What lists say of one account, where they say anything. A type alias, so that it is a JSON value as it stands. */
export type ScreenedAccount = {
  readonly verdict: ScreeningFinding['verdict'];
  /** What a doubtful listing adds to the score, 0–100; 0 for every other. */
  readonly points: number;
  /** Names of the lists that name it. */
  readonly lists: readonly string[];
  /** Where it is listed: the strongest of them. */
  readonly entry: ScreeningEntry | null;
  /** A listed account that it had to do with, and what that adds to the score. */
  readonly hop: Pick<HopRisk, 'via' | 'direction' | 'points'> | null;
};

/** One judgement's look at all lists: one state for all of it, and a record of what it was told. */
export interface ListLook {
  /** What is said of an account; undefined where nothing is. `tokenOnly` as in {@link ScreenOptions}. */
  find(account: AccountId, tokenOnly?: boolean): ScreenedAccount | undefined;
  /** Lists that should be there and are not. */
  readonly lacking: readonly LackingList[];
  /** Versions of the lists, what is lacking, and everything that was found so far: all that {@link readListLook} needs. */
  toJson(): Json;
}

/** What a look is made of. */
export interface ListLookParts {
  readonly view: ScreeningView;
  readonly lacking: readonly LackingList[];
  readonly nowMs: TimeMs;
  readonly hops?: Pick<Hops, 'hopRisk'> | undefined;
}

type Found = readonly [account: AccountId, tokenOnly: boolean, said: ScreenedAccount];

/** Creates a look at the lists. O(lists) for each account, once. */
export function createListLook({ view, lacking, nowMs, hops }: ListLookParts): ListLook {
  const asked = new Map<string, ScreenedAccount | undefined>();
  const found: Found[] = [];
  const look = (account: AccountId, tokenOnly: boolean): ScreenedAccount | undefined => {
    const finding = view.screen(account, { nowMs, tokenOnly });
    const hop = tokenOnly || finding.verdict === 'exempt' ? undefined : hops?.hopRisk(account, nowMs);
    if (finding.hits.length === 0 && hop === undefined) return undefined;
    return Object.freeze({
      verdict: finding.verdict,
      points: finding.verdict === 'doubtful' ? finding.points : 0,
      lists: finding.hits.map(({ list }) => list),
      entry: toScreeningEntry(finding) ?? null,
      hop: hop === undefined ? null : { via: hop.via, direction: hop.direction, points: hop.points },
    });
  };
  return Object.freeze<ListLook>({
    find(account, tokenOnly = false) {
      const key = tokenOnly ? `token ${account}` : account;
      if (asked.has(key)) return asked.get(key);
      const said = look(account, tokenOnly);
      asked.set(key, said);
      if (said !== undefined) found.push([account, tokenOnly, said]);
      return said;
    },
    lacking,
    toJson: () => ({
      lists: view.lists.map(({ list, sequence, digest }) => [list, sequence, digest]),
      lacking,
      found: found.map((one) => [...one]),
    }),
  });
}

/**
 * A look as it was recorded: it says of every account what it said then. What is not in it was clear.
 * @throws STORE_CORRUPT for what is no record of a look
 */
export function readListLook(json: Json): ListLook {
  const { lacking, found } = (json ?? {}) as { readonly lacking?: readonly LackingList[]; readonly found?: readonly Found[] };
  if (!Array.isArray(lacking) || !Array.isArray(found) || !found.every(isFound) || !lacking.every(isLacking))
    throw new CastellanError('STORE_CORRUPT', { message: 'What was recorded of the lists cannot be read.' });
  const said = new Map(found.map(([account, tokenOnly, about]: Found) => [tokenOnly ? `token ${account}` : account, about]));
  return Object.freeze<ListLook>({
    find: (account, tokenOnly = false) => said.get(tokenOnly ? `token ${account}` : account),
    lacking,
    toJson: () => json,
  });
}

const VERDICTS: ReadonlySet<unknown> = new Set(['clear', 'exempt', 'doubtful', 'listed']);

function isFound(one: unknown): boolean {
  if (!Array.isArray(one) || typeof one[0] !== 'string' || typeof one[1] !== 'boolean') return false;
  const said = one[2] as Partial<ScreenedAccount> | null;
  if (typeof said !== 'object' || said === null || !VERDICTS.has(said.verdict) || !Array.isArray(said.lists)) return false;
  // A listing without a sound entry would be none.
  const isEntryFit = said.verdict === 'listed' ? isEntryOf(said.entry, one[0] as AccountId) : said.entry === null;
  return isEntryFit && isPoints(said.points) && (said.hop === null || isPoints(said.hop?.points));
}

function isEntryOf(entry: ScreeningEntry | null | undefined, account: AccountId): boolean {
  return entry !== null && entry !== undefined && parseScreening({ ...entry, account }, account)?.kind !== 'malformed';
}

function isLacking(one: unknown): boolean {
  const { list, why, required } = (one ?? {}) as Partial<LackingList>;
  return typeof list === 'string' && typeof why === 'string' && typeof required === 'boolean';
}

const isPoints = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 100;
