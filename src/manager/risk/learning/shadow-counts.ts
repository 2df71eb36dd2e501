import { SHADOW_CELLS, SHADOW_WINDOW_MS, shadowCounter } from '../../../authz/index.ts';
import { EMPTY_RATE, eventsIn, type RateRow } from '../../../core/rate.ts';
import { type Store, storeKey } from '../../../core/store.ts';
import { HABIT_MODEL_VERSION } from '../../../risk/index.ts';

/** How often the two models alarmed: both, one of them alone, or neither. */
export interface ShadowCells {
  readonly both: number;
  readonly active: number;
  readonly shadow: number;
  readonly neither: number;
}

/** What a model in the shadow came to beside the shipped one, in the last 30 days, in every process that shares the store. */
export interface ModelShadowReport {
  /** The model that decides, and the one that does not. */
  readonly active: string;
  readonly shadow: string;
  readonly windowMs: number;
  /** Decisions that both scored. */
  readonly compared: number;
  /** Share in which both alarmed or neither did; null while nothing is compared. */
  readonly agreement: number | null;
  /** Alarms in 1,000 decisions of each; null while nothing is compared. The active one alarms by each agent's own threshold. */
  readonly alarmsPer1000: { readonly active: number; readonly shadow: number } | null;
  readonly decisions: ShadowCells;
  /** The same of the decisions that people spoke of. */
  readonly legitimate: ShadowCells;
  readonly fraud: ShadowCells;
}

/** Reads the counters of a model. O(1): twelve rows of a bounded size. @throws STORE_UNAVAILABLE */
export async function readShadowReport(store: Store, model: string, nowMs: number): Promise<ModelShadowReport> {
  const kinds = ['decisions', 'legitimate', 'fraud'] as const;
  const rows = await store.get(kinds.flatMap((kind) => SHADOW_CELLS.map((cell) => storeKey.rate(shadowCounter(model, kind, cell)))));
  const counts = rows.map((row) => eventsIn((row as RateRow | undefined) ?? EMPTY_RATE, SHADOW_WINDOW_MS, nowMs).count);
  const [decisions, legitimate, fraud] = kinds.map((_kind, at) => cellsOf(counts.slice(4 * at, 4 * at + 4))) as [
    ShadowCells,
    ShadowCells,
    ShadowCells,
  ];
  const compared = decisions.both + decisions.active + decisions.shadow + decisions.neither;
  const share = (count: number, of: number): number => Math.round((of * 1_000_000 * count) / compared) / 1_000_000;
  return {
    active: HABIT_MODEL_VERSION,
    shadow: model,
    windowMs: SHADOW_WINDOW_MS,
    compared,
    agreement: compared === 0 ? null : share(decisions.both + decisions.neither, 1),
    alarmsPer1000:
      compared === 0
        ? null
        : { active: share(decisions.both + decisions.active, 1_000), shadow: share(decisions.both + decisions.shadow, 1_000) },
    decisions,
    legitimate,
    fraud,
  };
}

function cellsOf([both = 0, active = 0, shadow = 0, neither = 0]: readonly number[]): ShadowCells {
  return { both, active, shadow, neither };
}
