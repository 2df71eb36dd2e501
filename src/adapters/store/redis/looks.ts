import type { Clock } from '../../../core/clock.ts';
import type { Store } from '../../../core/store.ts';
import { type AccountRows, type AccountView, createAccountView, parseState } from './account-view.ts';
import { accountKey } from './counter.ts';
import { counterUnavailable } from './failure.ts';
import type { Fence, Fenced } from './fence.ts';
import { lookFlight } from './look-flight.ts';

/** Views kept in this process. */
const MAX_VIEWS = 50_000;

/** What the looks need. `name` tells this process from all others. */
export interface LooksOptions {
  readonly clock: Clock;
  readonly record: Store;
  readonly fence: Fence;
  readonly prefix: string;
  readonly name: string;
  readonly freshMs: number;
  /** Waits a moment for another process. */
  pause(times: number): Promise<void>;
  /** Store time as it opens, ms. */
  openAtMs(): number;
}

/** What this process knows of the accounts, and how it learns more. */
export interface Looks {
  view(account: string): AccountView | undefined;
  /** Learns what another process's look left in Redis, or looks. False where one is looking just now: ask again in a moment. */
  learn(fenced: Fenced, account: string): Promise<boolean>;
  /** Reads the accounts in the record and begins to count anew from there. False where another process does so for one of them. */
  look(fenced: Fenced, accounts: readonly string[]): Promise<boolean>;
  /** Looks where the last look of this process is no longer fresh; nobody waits for it. */
  refresh(accounts: readonly string[]): void;
  /** Forgets views that turned out to be old, unless newer ones are known; all of them where none is named. */
  forget(old?: readonly AccountView[]): void;
}

/** Knows nothing yet. */
export function createLooks(options: LooksOptions): Looks {
  const { fence, prefix } = options;
  let views = new Map<string, AccountView>();
  const learning = new Map<string, Promise<boolean>>();
  const running = new Map<string, Promise<boolean>>();
  let waiting: { readonly fenced: Fenced; readonly accounts: string[]; readonly done: Promise<ReadonlySet<string>> } | undefined;
  const busy = new Map<string, number>();
  const lookedAtMs = new Map<string, number>();
  let looked = 0;

  const remember = (account: string, view: AccountView): void => {
    if (views.size >= MAX_VIEWS) views = new Map();
    if (lookedAtMs.size >= MAX_VIEWS) lookedAtMs.clear();
    views.set(account, view);
  };
  const parts = { ...options, windowsOf: (account: string) => views.get(account)?.rows.windows.map(([windowMs]) => windowMs) ?? [] };
  const flight = async (fenced: Fenced, accounts: readonly string[]): Promise<ReadonlySet<string>> => {
    const found = await lookFlight(parts, fenced, `${options.name}.${++looked}`, accounts);
    for (const { account, state, rows } of found) remember(account, createAccountView(account, state, rows));
    return new Set(found.map(({ account }) => account));
  };

  /** Accounts that are asked for in one turn share a look. */
  const join = (fenced: Fenced, account: string): Promise<ReadonlySet<string>> => {
    if (waiting === undefined || waiting.fenced !== fenced) {
      const accounts: string[] = [];
      const done = Promise.resolve().then(() => {
        if (waiting?.accounts === accounts) waiting = undefined;
        return flight(fenced, accounts);
      });
      waiting = { fenced, accounts, done };
    }
    waiting.accounts.push(account);
    return waiting.done;
  };
  const lookAt = (fenced: Fenced, account: string): Promise<boolean> => {
    const known = running.get(account);
    if (known !== undefined) return known;
    const made = join(fenced, account)
      .then(async (mine) => {
        if (mine.has(account)) {
          busy.delete(account);
          return true;
        }
        // One of this process waits for all of its callers.
        const times = busy.get(account) ?? 0;
        busy.set(account, times + 1);
        await options.pause(times);
        return false;
      })
      .finally(() => running.delete(account));
    running.set(account, made);
    lookedAtMs.set(account, options.clock.monotonicMs());
    return made;
  };
  const look = async (fenced: Fenced, accounts: readonly string[]): Promise<boolean> =>
    (await Promise.all(accounts.map((account) => lookAt(fenced, account)))).every(Boolean);

  const learn = async (fenced: Fenced, account: string): Promise<boolean> => {
    const [incarnation, counted, rows] = await fenced.session.fields(accountKey(prefix, account), 'i', 's', 'r').catch((error: unknown) => {
      throw counterUnavailable(error);
    });
    const found = incarnation === fenced.incarnation ? parseRows(rows) : undefined;
    const state = parseState(counted);
    if (found === undefined || state === undefined) return look(fenced, [account]);
    remember(account, createAccountView(account, state, found));
    return true;
  };

  return {
    view: (account) => views.get(account),
    look,
    learn(fenced, account) {
      const known = learning.get(account);
      if (known !== undefined) return known;
      const made = learn(fenced, account).finally(() => learning.delete(account));
      learning.set(account, made);
      return made;
    },
    refresh(accounts) {
      const fenced = fence.standing();
      const old = accounts.filter(
        (account) => !((lookedAtMs.get(account) ?? Number.NEGATIVE_INFINITY) > options.clock.monotonicMs() - options.freshMs),
      );
      if (fenced !== undefined && old.length > 0) void look(fenced, old).catch(() => undefined);
    },
    forget(old) {
      if (old === undefined) views = new Map();
      else for (const view of old) if (views.get(view.account) === view) views.delete(view.account);
    },
  };
}

/** What a look left; undefined for what none can have left. */
function parseRows(text: string | null | undefined): AccountRows | undefined {
  try {
    const rows = JSON.parse(text ?? '') as AccountRows;
    const sound =
      Array.isArray(rows.windows) && typeof rows.lastId === 'string' && (rows.ledger === null || Array.isArray(rows.ledger.held));
    return sound ? rows : undefined;
  } catch {
    return undefined;
  }
}
