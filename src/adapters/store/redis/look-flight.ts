import { CastellanError } from '../../../core/errors.ts';
import type { Store } from '../../../core/store.ts';
import { type AccountRows, type CountedState, parseState } from './account-view.ts';
import { accountKey } from './counter.ts';
import { type DoubtfulTake, parseTake } from './doubtful-take.ts';
import { counterLost, counterUnavailable } from './failure.ts';
import type { Fence, Fenced } from './fence.ts';
import { type FoundRecord, readRecord, verdictOf } from './read-record.ts';
import type { ScriptName } from './session.ts';

/** For how long others leave an account to the process that looks at it, ms: so long a process that died there keeps them waiting. */
const LEASE_MS = 200;
/** Most takes of one account that a look asks the record for, the oldest first; the others stay in doubt. */
const MAX_DOUBTS = 256;
const NOT_ASKED = '3';
/** Accounts that nobody asks for are forgotten, ms: the next look finds all of it in the record. */
const IDLE_MS = 86_400_000;

/** What a look needs. */
export interface LookFlightOptions {
  readonly record: Store;
  readonly fence: Fence;
  readonly prefix: string;
  /** Windows of an account that earlier looks found. */
  windowsOf(account: string): readonly number[];
  /** Store time as it opens, ms. */
  openAtMs(): number;
}

/** What a look found of one account, and the state that counts from now on. */
export interface Looked {
  readonly account: string;
  readonly state: CountedState;
  readonly rows: AccountRows;
}

/** What stood in Redis when the look began. */
interface Begun {
  readonly account: string;
  readonly state: string;
  readonly nowMs: string;
  readonly marks: string;
  readonly doubts: readonly DoubtfulTake[];
}

/**
 * One look at several accounts, under a name that no other look has: says in Redis that it begins, reads the record, and counts anew from there. Answers
 * the accounts that it counted; another process looks at the others, or was sooner.
 * @throws STORE_UNAVAILABLE, STORE_CORRUPT
 */
export async function lookFlight(
  options: LookFlightOptions,
  fenced: Fenced,
  token: string,
  accounts: readonly string[],
): Promise<readonly Looked[]> {
  const { fence, prefix } = options;
  const lost = (): never => {
    fence.doubt(fenced.incarnation);
    throw counterLost();
  };
  const run = async (script: ScriptName, some: readonly string[], args: readonly string[]): Promise<readonly unknown[]> => {
    const keys = [fence.key, ...some.map((account) => accountKey(prefix, account))];
    const answer = await fenced.session.run(script, keys, [fenced.incarnation, ...args]).catch((error: unknown) => {
      throw counterUnavailable(error);
    });
    if (answer === 'lost') lost();
    return answer as readonly unknown[];
  };

  const begun = await run('beginLook', accounts, [token, String(LEASE_MS)]);
  const mine = accounts.flatMap((account, at) => {
    const answer = begun[at];
    return Array.isArray(answer) ? [toBegun(account, answer as readonly string[])] : [];
  });
  if (mine.length === 0) return [];
  const names = mine.map(({ account }) => account);
  try {
    const looked = mine.map(({ account, doubts }) => ({ account, doubts: doubts.slice(0, MAX_DOUBTS) }));
    const found = await readRecord(options.record, fence.recordKey, looked, options.windowsOf);
    // The record is the first to know that another counter was begun.
    if (found.incarnation !== fenced.incarnation) lost();
    const openAtMs = options.openAtMs();
    const rows = names.map((account): AccountRows => ({ ...found.of(account), atMs: openAtMs }));
    const args = mine.flatMap((each, at) => endOf(each, rows[at] as AccountRows, found));
    const ended = await run('endLook', names, [token, String(IDLE_MS), ...args]);
    return names.flatMap((account, at) => {
      const state = parseState(ended[at] as string | null);
      return state === undefined ? [] : [{ account, state, rows: rows[at] as AccountRows }];
    });
  } catch (error) {
    if (fenced.session.isAlive()) await run('leaveLook', names, [token]).catch(() => undefined);
    throw error;
  }
}

function toBegun(account: string, [state = '', nowMs = '0', marks = '0', ...takes]: readonly string[]): Begun {
  const doubts: DoubtfulTake[] = [];
  for (let at = 0; at + 1 < takes.length; at += 2) {
    const take = parseTake(takes[at] ?? '', takes[at + 1] ?? '');
    if (take === undefined)
      throw new CastellanError('STORE_CORRUPT', { message: 'The counter holds a take that cannot be read.', details: { part: 'counter' } });
    doubts.push(take);
  }
  return { account, state, nowMs, marks, doubts: doubts.sort((a, b) => a.takenAtMs - b.takenAtMs) };
}

/** What the script is told of one account: what was read, and what became of each take that was in doubt. */
function endOf({ state, nowMs, marks, doubts }: Begun, rows: AccountRows, found: FoundRecord): readonly string[] {
  const inDoubt = doubts.reduce((sum, { amount }) => sum + amount, 0n);
  const settled = (parseState(state)?.taken ?? 0n) - inDoubt;
  const args = [state, JSON.stringify(rows), String(settled > 0n ? settled : 0n), nowMs, marks, String(doubts.length)];
  for (const [place, doubt] of doubts.entries()) {
    const verdict = place < MAX_DOUBTS ? verdictOf(doubt, found.request(doubt.id), rows.atMs) : NOT_ASKED;
    args.push(doubt.id, String(doubt.amount), verdict);
  }
  return args;
}
