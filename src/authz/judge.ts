import { Observable } from 'rxjs';
import { type Clock, type Deadlines, type Effect, type Json, LAYERS, type LayerReport, type Reason, strictest } from '../core/index.ts';
import { type ChainParts, type ChainResult, startChain } from './engine.ts';
import { decodedExposure, exposureOf } from './exposure.ts';
import { JudgeContext } from './judge-context.ts';
import type { JudgeInput, Judgement } from './judge-input.ts';
import { exposureKeys } from './judge-keys.ts';
import { createJudgeOutput } from './judge-output.ts';
import { DEFAULT_JUDGE_SETTINGS, type JudgeSettings, layerBudgetMs } from './judge-settings.ts';
import { type JudgeRows, ReadState } from './judge-state.ts';
import type { Layer } from './layer.ts';
import { STANDARD_LAYERS } from './layers/index.ts';
import { rateCommands } from './layers/rate-limit.ts';

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
const UNION_LAYERS: ReadonlySet<string> = new Set(['risk', 'policy', 'limits', 'anomaly']);
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
      const session = new Session(input, settings);
      const beganMs = clock.monotonicMs();
      const totalMs = input.deadlineMs - input.nowMs;
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
      const again = (first: ChainResult, union: JudgeContext): void => {
        const leftMs = totalMs - (clock.monotonicMs() - beganMs);
        const parts = {
          clock,
          deadlines,
          budgetMs,
          totalMs: leftMs,
          skipAfterDenial: false,
          own: OWN_LAYERS,
          onTimeout: () => union.abort(),
        };
        subscriber.add(startChain(unionLayers, union, parts, (second) => guarded(() => finish(stricter(first, second)))));
      };
      const parts: ChainParts = {
        clock,
        deadlines,
        budgetMs,
        totalMs,
        skipAfterDenial: true,
        own: OWN_LAYERS,
        onTimeout: () => session.context.abort(),
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
        judge$(input).subscribe({ next, error: () => resolve(failed(input)), complete: () => resolve(judgement ?? failed(input)) });
      }),
  };
}

/** One judgement under way. */
class Session {
  readonly context: JudgeContext;
  readonly #input: JudgeInput;
  readonly #settings: JudgeSettings;
  readonly #facts: Record<string, Json> = {};
  readonly #output = createJudgeOutput();
  #more: JudgeRows | undefined;

  constructor(input: JudgeInput, settings: JudgeSettings) {
    const { decoded, tx } = input;
    this.#input = input;
    this.#settings = settings;
    this.context = new JudgeContext(input, settings, this.#output, this.#facts, {
      effects: decoded.effects,
      exposure: decodedExposure(decoded, tx),
      state: new ReadState(input),
      prefix: '',
      readMore: (effects) => this.#readMore(effects),
    });
  }

  /** The context over decoded and simulated effects; undefined where the simulation showed nothing more. */
  union(): JudgeContext | undefined {
    const { simulated } = this.#output;
    if (simulated === null) return undefined;
    const effects = [...this.#input.decoded.effects, ...simulated];
    return new JudgeContext(this.#input, this.#settings, this.#output, this.#facts, {
      effects,
      exposure: exposureOf(effects, this.#input.tx),
      state: new ReadState(this.#input, this.#more),
      prefix: 'union.',
      readMore: (more) => this.#readMore(more),
    });
  }

  conclude({ reports, signals, unenforced }: ChainResult): Judgement {
    const output = this.#output;
    const { effects } = this.#input.decoded;
    const verdict = strictest(reports);
    return {
      verdict,
      reports,
      reasons: verdict === 'approved' ? [] : reasonsOf(reports),
      facts: this.#facts,
      signals,
      unenforced,
      riskScore: output.riskScore,
      effects: output.simulated === null ? effects : [...effects, ...output.simulated],
      lines: output.lines,
      feeLines: output.feeLines,
      caps: output.caps,
      rates: rateCommands(this.context, verdict === 'approved'),
      simulation: output.simulation,
    };
  }

  async #readMore(effects: readonly Effect[]): Promise<void> {
    const { request, tx, decoded, policy, rows, read } = this.#input;
    const wanted = exposureKeys(request, exposureOf([...decoded.effects, ...effects], tx), policy);
    const keys = wanted.filter((key) => !rows.keys.includes(key));
    if (keys.length === 0) return;
    if (read === undefined) throw new TypeError('what the simulation shows cannot be read');
    this.#more = { keys, values: await read(keys) };
  }
}

/** Denials first, then escalations. */
function reasonsOf(reports: readonly LayerReport[]): readonly Reason[] {
  const reasons: Reason[] = [];
  for (const report of reports) if (report.verdict === 'deny') reasons.push(...report.reasons);
  for (const report of reports) if (report.verdict === 'escalate') reasons.push(...report.reasons);
  return reasons.length === 0 ? [MISSING] : reasons;
}

/** Each report of the second look where it is stricter than the first. */
function stricter(first: ChainResult, second: ChainResult): ChainResult {
  const reports = first.reports.map((report) => {
    const again = second.reports.find(({ layer }) => layer === report.layer);
    return again === undefined || RANK[again.verdict] <= RANK[report.verdict] ? report : again;
  });
  return { reports, signals: [...first.signals, ...second.signals], unenforced: [...new Set([...first.unenforced, ...second.unenforced])] };
}

const RANK: Readonly<Record<LayerReport['verdict'], number>> = { pass: 0, escalate: 1, skipped: 2, deny: 3 };

const MISSING: Reason = Object.freeze({
  code: 'layer_missing',
  message: 'The chain is not the eight layers, which denies.',
  retryable: false,
});

/** The denial where not even a chain could run. */
function failed(input: JudgeInput): Judgement {
  const reports = LAYERS.map(
    (layer): LayerReport => ({ layer, passed: false, verdict: 'deny', score: null, reasons: [FAILED], durationMs: 0 }),
  );
  return {
    verdict: 'denied',
    reports,
    reasons: [FAILED],
    facts: {},
    signals: [],
    unenforced: [],
    riskScore: 100,
    effects: input.decoded?.effects ?? [],
    lines: [],
    feeLines: [],
    caps: [],
    rates: [],
    simulation: null,
  };
}

const FAILED: Reason = Object.freeze({ code: 'layer_threw', message: 'The judgement failed, which denies.', retryable: false });
