import type { Clock } from '../../../core/clock.ts';
import type { TimeMs } from '../../../core/ids.ts';
import type { StepResult } from '../../../core/store.ts';
import type { Moment } from '../kernel/rows.ts';
import type { TimeRow } from '../kernel/store-time.ts';
import { type AccountView, parseState } from './account-view.ts';
import type { Ask } from './ask.ts';
import type { Counter, DoesNotFit } from './counter.ts';
import { counterLost } from './failure.ts';
import type { Fence } from './fence.ts';
import type { Looks } from './looks.ts';
import { judge } from './refusal.ts';
import { takeLines } from './take-lines.ts';

/** Looks after which the record decides: what the counter cannot say for sure it does not say. */
const MAX_LOOKS = 3;
/** Most tries in all, also where the clock stands still. */
const MAX_TRIES = 400;
/** Tries after the deadline, to leave it to the record. */
const LATE_TRIES = 3;

/** What taking room needs. */
export interface TakeRoomOptions {
  readonly clock: Clock;
  readonly counter: Counter;
  readonly fence: Fence;
  readonly looks: Looks;
  readonly freshMs: number;
  readonly deadlineMs: number;
  readTime(row: TimeRow | undefined): Moment;
}

type Refused = StepResult & { readonly ok: false };

/**
 * `taken`: the room is taken, and whoever took it has to say what became of it. `known`: this very request took it before. `none`: nothing was taken, and
 * the record decides. Else it does not fit, and the record would say so too.
 */
export type TookRoom = 'taken' | 'known' | 'none' | Refused;

/** Takes the room of one reservation. @throws STORE_UNAVAILABLE where the counter or the record is away, or the counter is being made anew */
export async function takeRoom(options: TakeRoomOptions, ask: Ask): Promise<TookRoom> {
  const { clock, counter, fence, looks } = options;
  const startedMs = clock.monotonicMs();
  let asked: Asked | undefined;
  let looked = 0;
  let late = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (tries > 0 && clock.monotonicMs() - startedMs > options.deadlineMs && ++late > LATE_TRIES) break;
    // Where others look and take without end, the record decides.
    if (late > 0 || tries >= MAX_TRIES - LATE_TRIES) looked = MAX_LOOKS;
    const fenced = fence.standing() ?? (await fence.stand());
    const views: AccountView[] = [];
    for (const { account } of ask.lines) {
      const view = looks.view(account);
      if (view !== undefined) views.push(view);
    }
    if (views.length < ask.lines.length) {
      const unknown = ask.lines.filter(({ account }) => looks.view(account) === undefined);
      await Promise.all(unknown.map(({ account }) => looks.learn(fenced, account)));
      continue;
    }
    const moment = options.readTime(latestTime(views));
    // Under a clock that lies the record refuses by itself.
    if (moment.skewed) return 'none';
    const lines = takeLines(ask, views, moment, !ask.refusable || looked >= MAX_LOOKS);
    if (lines === undefined) return 'none';
    const answer = await counter.take({ id: ask.id, lines });
    if (answer === 1) return 'taken';
    if (answer === 'v') looks.forget(views);
    if (answer === 'v' || answer === 'lost') continue;
    putRight(views, answer);
    if (answer[0] === 't') return 'taken';
    if (answer[1] === 1) return 'known';
    asked ??= { serverMs: Number(answer[2]), openAtMs: moment.openAtMs };
    const refused = refusalOf(options, ask, views, answer, moment, asked);
    if (refused === 'record') looked = MAX_LOOKS;
    else if (refused !== 'old') return refused;
    // Another process that looks just now looks for this one too.
    else if (
      await looks.look(
        fenced,
        ask.lines.map(({ account }) => account),
      )
    )
      looked++;
  }
  throw counterLost();
}

/** What the counter says counts, whatever was expected. */
function putRight(views: readonly AccountView[], answer: readonly ['t' | 'n', ...unknown[]]): void {
  for (const [line, view] of views.entries()) {
    const state = parseState(answer[answer[0] === 't' ? line + 1 : line * 3 + 3] as string);
    if (state?.version === view.state.version) view.state = state;
  }
}

/** When the counter said for the first time that it does not fit: by its own clock, and in store time. */
interface Asked {
  readonly serverMs: number;
  readonly openAtMs: TimeMs;
}

/**
 * The refusal; `old` where a newer look may find room; `record` where the record has to say. New enough is a look that is fresh, or that began after
 * this was asked: on a slow machine no look is ever fresh when it ends.
 */
function refusalOf(
  { freshMs }: TakeRoomOptions,
  ask: Ask,
  views: readonly AccountView[],
  [, , nowMs, ...fields]: DoesNotFit,
  moment: Moment,
  asked: Asked,
): 'old' | 'record' | Refused {
  const isFresh = views.every(({ rows }, line) => {
    const lookedAtMs = Number(fields[line * 3 + 2]);
    const began = lookedAtMs > asked.serverMs || Number(nowMs) - lookedAtMs <= freshMs;
    return began && (rows.atMs > asked.openAtMs || Math.abs(moment.openAtMs - rows.atMs) <= freshMs);
  });
  if (!isFresh) return 'old';
  const taken = views.map(({ state }) => ({ amount: state.taken, untilMs: state.untilMs }));
  const refusal = judge(ask, views, taken, moment);
  // What was taken while the look was made may be in what it found: it is not counted twice.
  const withoutDoubt = taken.map(({ amount, untilMs }, line) => {
    const inDoubt = BigInt(fields[line * 3 + 1] ?? '0');
    return { amount: amount > inDoubt ? amount - inDoubt : 0n, untilMs };
  });
  if (refusal === undefined || judge(ask, views, withoutDoubt, moment) === undefined) return 'old';
  return isSurelyNew(ask, views) ? refusal : 'record';
}

/**
 * A step that was made before is answered as it was then. Surely new is what has no entry, or one that is greater than all that the looks found and
 * all that took since: entries rise with time.
 */
function isSurelyNew({ entryId }: Ask, views: readonly AccountView[]): boolean {
  if (entryId === undefined) return true;
  return /^[ -~]+$/.test(entryId) && views.every(({ rows, state }) => entryId > rows.lastId && entryId > state.greatest);
}

function latestTime(views: readonly AccountView[]): TimeRow | undefined {
  let latest: TimeRow | undefined;
  for (const { rows } of views) if (rows.time !== null && (latest === undefined || rows.time.highMs > latest.highMs)) latest = rows.time;
  return latest;
}
