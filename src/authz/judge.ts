import { Observable } from 'rxjs';
import type { Clock, Deadlines } from '../core/index.ts';
import { type ChainParts, type ChainResult, startChain } from './engine.ts';
import { failedJudgement } from './failed-judgement.ts';
import type { JudgeContext } from './judge-context.ts';
import type { JudgeInput, Judgement } from './judge-input.ts';
import { JudgeSession } from './judge-session.ts';
import { DEFAULT_JUDGE_SETTINGS, type JudgeSettings, layerBudgetMs } from './judge-settings.ts';
import type { Layer } from './layer.ts';
import { STANDARD_LAYERS } from './layers/index.ts';
import { stricter } from './stricter.ts';

/** What a judge is made of. */
export interface JudgeOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly settings?: Partial<JudgeSettings>;
  /** Replaces the standard eight. Any other number, name or order denies. */
  readonly layers?: readonly Layer[];
}

/** Runs the eight layers. */
export interface Judge {
  /** Never rejects: whatever goes wrong is a denial. */
  judge(input: JudgeInput): Promise<Judgement>;
  /** The same as a cold Observable of one judgement; unsubscribing cancels. */
  judge$(input: JudgeInput): Observable<Judgement>;
}

/** The layers that look again once a simulation has shown more than the bytes. */
const UNION_LAYERS: ReadonlySet<string> = new Set(['strategy', 'risk', 'policy', 'limits', 'anomaly']);
const OWN_LAYERS: ReadonlySet<Layer> = new Set(STANDARD_LAYERS);

/** Makes the judge. Fails closed: an empty, incomplete or failing chain denies. */
export function createJudge(options: JudgeOptions): Judge {
  const { clock, deadlines } = options;
  const settings: JudgeSettings = Object.freeze({ ...DEFAULT_JUDGE_SETTINGS, ...options.settings });
  const layers = Object.freeze([...(options.layers ?? STANDARD_LAYERS)]);
  const unionLayers = layers.filter(({ name }) => UNION_LAYERS.has(name));
  const budgetMs: ChainParts['budgetMs'] = (layer) => layerBudgetMs(settings, layer);

  const judge$ = (input: JudgeInput): Observable<Judgement> =>
    new Observable((subscriber) => {
      const session = new JudgeSession(input, settings);
      const beganMs = clock.monotonicMs();
      const untilMs = beganMs + (input.deadlineMs - input.nowMs);
      /** Runs a step that may come later than this subscription: what it throws ends in a denial, not in silence. */
      const guarded = (step: () => void): void => {
        try {
          step();
        } catch (error) {
          subscriber.error(error);
        }
      };
      const finish = (result: ChainResult): void => {
        const judgement = session.conclude(result);
        subscriber.next(judgement);
        subscriber.complete();
      };
      const parts: ChainParts = {
        clock,
        deadlines,
        budgetMs,
        beganMs,
        untilMs,
        skipAfterDenial: true,
        own: OWN_LAYERS,
        onTimeout: () => session.context.abort(),
      };
      const again = (first: ChainResult, union: JudgeContext): void => {
        const more = { ...parts, beganMs: clock.monotonicMs(), skipAfterDenial: false, onTimeout: () => union.abort() };
        subscriber.add(startChain(unionLayers, union, more, (second) => guarded(() => finish(stricter(first, second)))));
      };
      return startChain(layers, session.context, parts, (first) =>
        guarded(() => {
          const union = session.union();
          if (union === undefined) finish(first);
          else again(first, union);
        }),
      );
    });

  return {
    judge$,
    judge: (input) =>
      new Promise((resolve) => {
        let judgement: Judgement | undefined;
        const next = (value: Judgement): void => {
          judgement = value;
        };
        judge$(input).subscribe({
          next,
          error: () => resolve(failedJudgement(input)),
          complete: () => resolve(judgement ?? failedJudgement(input)),
        });
      }),
  };
}
