import { assetContract, type TimeMs } from '../core/index.ts';
import { emptyHabits, HABITS_VERSION, type Habits, type KeptHabits, readHabits, textOfHabits } from './habits/habits.ts';
import { learnAction } from './habits/learn-action.ts';
import type { WalletAction } from './habits/wallet-action.ts';
import type { Profile, SettledPayment } from './profile.ts';

/** What stands behind a kept form, by its identity. */
interface Kept {
  /** The habits themselves, never changed under this form; undefined once they were learnt into further. */
  habits: Habits | undefined;
  /** Once somebody asked for it. */
  text: string | undefined;
  /** Until then: what was learnt, and after what. It says what they were where nobody has them any more. */
  before: KeptHabits | undefined;
  actions: readonly WalletAction[];
  /** Forms before this one that have no text either. */
  untold: number;
}

const behind = new WeakMap<KeptHabits, Kept>();
const NOTHING = emptyHabits();
/** Of an asset that no list names. */
const USUAL_DECIMALS = 18;
/** Forms in a row that have no text, at most: so many actions are learnt anew where one of them is read after it was learnt into. */
const MOST_UNTOLD = 32;
const NO_ACTIONS: readonly WalletAction[] = [];

/** The habits that a profile keeps, to be looked at and not to be learnt into; those of nobody where it keeps none. */
export function habitsOf({ habits }: Profile): Habits {
  return (habits === undefined ? undefined : soundHabits(habits)) ?? NOTHING;
}

/** Reads kept habits once per identity; undefined for what is malformed. */
export function soundHabits(kept: KeptHabits): Habits | undefined {
  const known = behind.get(kept);
  if (known?.habits !== undefined) return known.habits;
  const habits = readHabits(kept);
  if (habits === undefined) return undefined;
  if (known === undefined) behind.set(kept, { habits, text: kept.bytes, before: undefined, actions: NO_ACTIONS, untold: 0 });
  else known.habits = habits;
  return habits;
}

/** Kept habits after these actions more, in the order of time. Their text is written when somebody asks for it. */
export function learnHabits(before: KeptHabits | undefined, actions: readonly WalletAction[]): KeptHabits {
  const habits = taken(before);
  for (const action of actions) learnAction(habits, action);
  const { chains } = habits;
  const kept = withText({ v: HABITS_VERSION, chains: before?.chains.length === chains.length ? before.chains : [...chains] });
  const untold = 1 + ((before === undefined ? undefined : behind.get(before))?.untold ?? 0);
  const its: Kept = { habits, text: undefined, before, actions: [...actions], untold };
  behind.set(kept, its);
  if (untold > MOST_UNTOLD) tell(its);
  return kept;
}

const TEXT: PropertyDescriptor & ThisType<KeptHabits> = {
  enumerable: true,
  get(): string {
    return tell(behind.get(this) as Kept);
  },
};

function withText(kept: Omit<KeptHabits, 'bytes'>): KeptHabits {
  return Object.defineProperty(kept, 'bytes', TEXT) as KeptHabits;
}

/** The text of a kept form, written once. */
function tell(its: Kept): string {
  if (its.text !== undefined) return its.text;
  const text = textOfHabits(its.habits ?? learntAnew(its));
  its.text = text;
  its.before = undefined;
  its.actions = NO_ACTIONS;
  its.untold = 0;
  return text;
}

function learntAnew({ before, actions }: Kept): Habits {
  const habits = copyOf(before);
  for (const action of actions) learnAction(habits, action);
  return habits;
}

function copyOf(kept: KeptHabits | undefined): Habits {
  return (kept === undefined ? undefined : readHabits(kept)) ?? emptyHabits();
}

/**
 * The habits of a kept form, to be learnt into: those that stand behind it, which are found there no more. It can still be read anew; nearly always there is
 * nobody who would.
 */
function taken(kept: KeptHabits | undefined): Habits {
  const its = kept === undefined ? undefined : behind.get(kept);
  const habits = its?.habits;
  if (its === undefined || habits === undefined) return copyOf(kept);
  its.habits = undefined;
  return habits;
}

/** The profile after what is no payment of its own: calls without value, allowances, what came in. Pure. */
export function trainHabits(profile: Profile, actions: readonly WalletAction[]): Profile {
  return actions.length === 0 || profile.known !== undefined ? profile : { ...profile, habits: learnHabits(profile.habits, actions) };
}

/** A settled payment as habits see it, at a moment that a date can name; undefined where it went to no account. */
export function actionOfPayment(settled: SettledPayment, atMs: TimeMs): WalletAction | undefined {
  if (settled.account === null) return undefined;
  return {
    atMs,
    direction: 'out',
    kind: settled.method !== undefined ? 'call' : assetContract(settled.asset) === null ? 'coin' : 'token',
    party: settled.account,
    asset: settled.asset,
    amount: settled.amount < 0n ? 0n : settled.amount,
    decimals: settled.decimals ?? USUAL_DECIMALS,
    isListed: settled.decimals !== undefined || assetContract(settled.asset) === null,
    method: settled.method,
  };
}
