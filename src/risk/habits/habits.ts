import type { TimeMs } from '../../core/index.ts';
import { AmountHabit } from './amount-habit.ts';
import { CalendarHabit } from './calendar-habit.ts';
import { DailySums } from './daily-sums.ts';
import { Familiar } from './familiar.ts';
import { PartyHabits } from './party-habits.ts';
import { RecentActions } from './recent-actions.ts';
import type { ActionKind } from './wallet-action.ts';

/** Records of amounts: an asset has one, and its coins moved and its calls with coins one each. */
const MAX_ASSETS = 24;
const MAX_METHODS = 64;
const MAX_TOKENS = 64;
const MAX_SPENDERS = 32;
/** Amounts remembered to the last digit. */
const MAX_AMOUNTS = 64;
/** What came in last, for tempo. */
const MAX_ARRIVALS = 16;

/** All that is remembered of one asset. */
export class AssetHabit extends AmountHabit {
  readonly days = new DailySums();
  readonly exact = new Familiar(MAX_AMOUNTS);
  lastReceivedBits = 0;
  lastReceivedMs: TimeMs = 0;
  received = 0;
}

/** What a wallet usually does: streaming, bounded, the same for the same past. */
export class Habits {
  /** Own actions. */
  count = 0;
  firstMs: TimeMs | undefined;
  readonly parties = new PartyHabits();
  readonly calendar = new CalendarHabit();
  readonly recent = new RecentActions();
  readonly methods = new Familiar(MAX_METHODS);
  readonly tokens = new Familiar(MAX_TOKENS);
  readonly spenders = new Familiar(MAX_SPENDERS);
  readonly kinds = new Familiar(8);
  readonly arrivals: TimeMs[] = [];
  /** Share of actions with new parties, lately; how many in all, when the last, and after how many actions. */
  newShare = 0.3;
  newCount = 0;
  lastNewMs: TimeMs | undefined;
  lastNewCount = -1;
  /** log2 of the seconds between actions, lately and over long. */
  gapQuick: number | undefined;
  gapSlow: number | undefined;
  readonly #assets = new Map<string, AssetHabit>();

  /** What is known of an asset; nothing yet for one that never moved. */
  asset(asset: string): AssetHabit | undefined {
    return this.#assets.get(asset);
  }

  /** The same for what moves in one way alone. */
  assetBy(asset: string, kind: ActionKind): AssetHabit | undefined {
    return this.#assets.get(`${asset} ${kind}`);
  }

  /** The record, begun where there is none; the one used least is given up for it. */
  meetAsset(key: string): AssetHabit {
    const known = this.#assets.get(key);
    if (known !== undefined) return known;
    if (this.#assets.size >= MAX_ASSETS) {
      let least: string | undefined;
      let fewest = Number.POSITIVE_INFINITY;
      for (const [other, { count, received }] of this.#assets) if (count + received < fewest) [least, fewest] = [other, count + received];
      if (least !== undefined) this.#assets.delete(least);
    }
    const habit = new AssetHabit();
    this.#assets.set(key, habit);
    return habit;
  }

  get assets(): number {
    return this.#assets.size;
  }

  addArrival(atMs: TimeMs): void {
    this.arrivals.push(atMs);
    if (this.arrivals.length > MAX_ARRIVALS) this.arrivals.shift();
  }
}
