import type { Decision } from '../../core/decision.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import { type Command, type Json, type RequestRow, type StepResult, type Store, storeKey } from '../../core/store.ts';
import type { Receipt } from '../../core/transaction.ts';
import {
  ACTION_KINDS,
  actionsOf,
  type FleetParty,
  fleetKey,
  habitsOf,
  isAllowance,
  isNewTo,
  learnFleetParty,
  parseProfile,
  readFleetParty,
  type WalletAction,
} from '../../risk/index.ts';
import { docKey, docValue, docVersion } from '../directory.ts';
import { feedbackKey, parseFeedback } from './learning/index.ts';

/** Lessons that wait to be taken into the records of the accounts that they are about. */
const DUE = 'fleet-due/';
/** Lessons of one step, and accounts of one transaction that are learnt. */
const MOST_DUE = 64;
const MOST_PARTIES = 64;
/** Attempts against other processes; what is left then is taken up with the next lesson, or by the background work. */
const MAX_TRIES = 16;
const DAY_SECONDS = 86_400;

/** What the fleet's records stand on. */
export interface FleetParts {
  readonly store: Store;
  readonly apply: (commands: readonly Command[]) => Promise<StepResult>;
}

/** What settled, and of which decision. */
export interface SettledLesson {
  readonly row: RequestRow;
  readonly receipt: Receipt;
  readonly decision: Decision | undefined;
  readonly decimals: (asset: AssetId) => number | undefined;
}

/** One action as it waits; a type alias, so that it is a JSON value as it stands. */
type Due = {
  readonly party: AccountId;
  readonly direction: WalletAction['direction'];
  readonly kind: WalletAction['kind'];
  readonly amount: string;
  readonly decimals: number;
  readonly atMs: number;
  readonly isNew: boolean;
};

/** What the agents of a tenant together know of accounts: one store is one tenant's. */
export interface FleetLessons {
  /**
   * The command that writes down what a settled, unflagged transaction teaches: part of the step that settles it, and of no document that others write. So
   * a thousand agents that pay one account at once do not wait for each other.
   */
  due(lesson: SettledLesson): Promise<readonly Command[]>;
  /** Takes what waits into the records, each lesson once in all processes. Durable when it resolves. @throws STORE_UNAVAILABLE; what waits stays */
  drain(): Promise<void>;
}

/** Makes the lessons. */
export function createFleetLessons(parts: FleetParts): FleetLessons {
  let running: Promise<void> | undefined;
  let again: Promise<void> | undefined;
  return Object.freeze<FleetLessons>({
    due: (lesson) => dueOf(parts.store, lesson),
    drain() {
      if (running === undefined) {
        running = drainAll(parts).finally(() => {
          running = undefined;
        });
        return running;
      }
      // What came since the run began may have been missed by it: one more run serves everybody who waits.
      again ??= running
        .catch(() => undefined)
        .then(() => {
          again = undefined;
          return this.drain();
        });
      return again;
    },
  });
}

async function dueOf(store: Store, { row, receipt, decision, decimals }: SettledLesson): Promise<readonly Command[]> {
  if (decision === undefined || !receipt.success || decision.signals.length > 0) return [];
  const actions = actionsOf({ effects: decision.effects, wallet: row.wallet, atMs: receipt.confirmedAtMs, decimals }).filter(
    ({ kind, allowance }) => !isAllowance(kind) || allowance !== 0n,
  );
  const parties = [...new Set(actions.map(({ party }) => party as AccountId))].slice(0, MOST_PARTIES);
  if (parties.length === 0) return [];
  const keys = [feedbackKey(decision.id), docKey.profile(row.agent), ...parties.map(fleetKey)];
  const [word, profileRow, ...rows] = await store.get(keys.map((key) => storeKey.doc(key)));
  if (isFraud(word)) return [];
  const profile = parseProfile(docValue<Json>(profileRow));
  const isNew = (party: AccountId): boolean => profile === undefined || isNewTo(habitsOf(profile), party);
  const known = new Map(parties.map((party, at) => [party, readFleetParty(docValue(rows[at]))]));
  const met = new Set<AccountId>();
  const dues = actions.flatMap(({ party: named, direction, kind, amount, decimals: places, atMs }): Due[] => {
    const party = named as AccountId;
    const first = direction === 'out' && !met.has(party) && isNew(party);
    if (!known.has(party) || (!first && isSettled(known.get(party), atMs))) return [];
    if (direction === 'out') met.add(party);
    return [{ party, direction, kind, amount: amount.toString(), decimals: places, atMs, isNew: first }];
  });
  return dues.length === 0 ? [] : [{ kind: 'doc.put', key: `${DUE}${decision.id}`, value: dues.slice(0, MOST_PARTIES) }];
}

/** People called the decision fraud: whom it paid must not look like somebody whom agents deal with. */
function isFraud(word: Json | undefined): boolean {
  return parseFeedback(docValue<Json>(word))?.verdict === 'fraud';
}

/** An account that the fleet has known for a day and that some agent dealt with twice: nothing but one more agent can make it odd. */
function isSettled(party: FleetParty | undefined, atMs: number): boolean {
  return party !== undefined && party.first > 0 && atMs / 1_000 - party.first > DAY_SECONDS && party.paid > party.wallets;
}

async function drainAll({ store, apply }: FleetParts): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; ) {
    const waiting = await store.scan(storeKey.doc(DUE), { limit: MOST_DUE });
    if (waiting.length === 0) return;
    const result = await apply(await stepOf(store, waiting));
    if (result.ok) tries = 0;
    else if (result.reason.code === 'version_conflict') tries += 1;
    else throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, retryable: true });
  }
  throw new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });
}

const AMOUNT = /^[0-9]{1,100}$/;

function duesIn(value: Json | undefined): readonly Due[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isDue) : [];
}

function isDue(one: unknown): one is Due {
  const { party, direction, kind, amount, decimals, atMs, isNew } = (one ?? {}) as Partial<Record<keyof Due, unknown>>;
  return (
    typeof party === 'string' &&
    (direction === 'in' || direction === 'out') &&
    ACTION_KINDS.some((known) => known === kind) &&
    typeof amount === 'string' &&
    AMOUNT.test(amount) &&
    Number.isSafeInteger(decimals) &&
    Number.isFinite(atMs) &&
    typeof isNew === 'boolean'
  );
}

/** Each record after the lessons about it, and the lessons gone: all or nothing, against the versions that were read. */
async function stepOf(store: Store, waiting: Awaited<ReturnType<Store['scan']>>): Promise<readonly Command[]> {
  const ids = waiting.map(({ key }) => key.slice(storeKey.doc(DUE).length));
  const words = await store.get(ids.map((id) => storeKey.doc(feedbackKey(id))));
  const lessons = waiting.map(({ key, value }, at) => ({
    key: key.slice(storeKey.doc('').length),
    version: docVersion(value),
    // What people called fraud since it settled is let go, and so is what cannot be read: nothing else would ever be learnt again.
    dues: isFraud(words[at]) ? [] : duesIn(docValue<Json>(value)),
  }));
  const accounts = [...new Set(lessons.flatMap(({ dues }) => dues.map(({ party }) => party)))];
  const rows = await store.get(accounts.map((account) => storeKey.doc(fleetKey(account))));
  const records = new Map(accounts.map((account, at) => [account, readFleetParty(docValue(rows[at]))]));
  for (const { dues } of lessons)
    for (const { party, direction, kind, amount, decimals, atMs, isNew } of dues)
      records.set(
        party,
        learnFleetParty(records.get(party), { party, direction, kind, asset: '', amount: BigInt(amount), decimals, atMs }, isNew),
      );
  return [
    ...accounts.map(
      (account, at): Command => ({
        ...{ kind: 'doc.put', key: fleetKey(account), value: (records.get(account) ?? null) as Json },
        ifVersion: docVersion(rows[at]),
      }),
    ),
    ...lessons.map(({ key, version }): Command => ({ kind: 'doc.put', key, value: null, ifVersion: version })),
  ];
}
