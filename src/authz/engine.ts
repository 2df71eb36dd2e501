import { Observable, type Subscription } from 'rxjs';
import type {
  Clock,
  DeadlineHandle,
  Deadlines,
  LayerName,
  LayerOutcome,
  LayerReport,
  LayerSignal,
  Reason,
  ReasonCode,
} from '../core/index.ts';
import { deny, type Layer, type LayerContext } from './layer.ts';
import { readOutcome, readOwnOutcome } from './outcome.ts';

/** What the chain runs with. */
export interface ChainParts {
  readonly clock: Clock;
  /** One wheel for every wait of the process; a layer that answers at once arms nothing. */
  readonly deadlines: Deadlines;
  /** Longest that the layer may take, ms. */
  readonly budgetMs: (layer: LayerName) => number;
  /** When this run began, and when the whole judgement must be there: monotonic ms. */
  readonly beganMs: number;
  readonly untilMs: number;
  /** Whether a denial ends the run for the layers behind it. */
  readonly skipAfterDenial: boolean;
  /** Layers of our own, whose outcomes are built by this room; every other answer is taken apart. */
  readonly own: ReadonlySet<Layer>;
  /** Called when a layer's time is up, so that its work can stop. */
  readonly onTimeout?: () => void;
}

/** What a run of layers came to. */
export interface ChainResult {
  readonly reports: readonly LayerReport[];
  readonly signals: readonly LayerSignal[];
  readonly unenforced: readonly string[];
  /** Every reason to ask a person, those that approvals answer among them. */
  readonly escalated: readonly Reason[];
}

const SKIPPED: readonly Reason[] = Object.freeze([
  Object.freeze({ code: 'skipped', message: 'An earlier layer denied.', retryable: false }),
]);
const NO_REASONS: readonly Reason[] = Object.freeze([]);

/**
 * The chain of layers, for the one Observable of a decision: it loops over the layers, goes on at once where a layer answers
 * with a value, waits where it answers with a promise or an Observable, and calls `done` once with one report a layer. What
 * it returns stops it: `done` is not called any more.
 *
 * Fails closed: a layer that throws, rejects, is late, hangs, answers twice or answers anything but an outcome has denied.
 * A layer that never returns from a synchronous loop holds the thread: nothing in the same thread can interrupt it.
 */
export function startChain(
  layers: readonly Layer[],
  context: LayerContext,
  parts: ChainParts,
  done: (result: ChainResult) => void,
): () => void {
  const run = new ChainRun(layers, context, parts, done);
  run.pump();
  return () => run.stop();
}

class ChainRun {
  readonly #layers: readonly Layer[];
  readonly #context: LayerContext;
  readonly #parts: ChainParts;
  readonly #done: (result: ChainResult) => void;
  readonly #reports: LayerReport[] = [];
  readonly #signals: LayerSignal[] = [];
  readonly #unenforced: string[] = [];
  readonly #escalated: Reason[] = [];
  #layerBeganMs: number;
  /** Number of the wait that may still answer; any other answer is late. */
  #wait = 0;
  #waiting = false;
  #pumping = false;
  #denied = false;
  #stopped = false;
  #handle: DeadlineHandle | undefined;
  #inner: Subscription | undefined;

  constructor(layers: readonly Layer[], context: LayerContext, parts: ChainParts, done: (result: ChainResult) => void) {
    this.#layers = layers;
    this.#context = context;
    this.#parts = parts;
    this.#done = done;
    this.#layerBeganMs = parts.beganMs;
  }

  pump(): void {
    this.#pumping = true;
    while (!this.#waiting && !this.#stopped) {
      const layer = this.#layers[this.#reports.length];
      if (layer === undefined) {
        this.#stopped = true;
        const [signals, unenforced, escalated] = [this.#signals, this.#unenforced, this.#escalated];
        this.#done({ reports: this.#reports, signals, unenforced, escalated });
        break;
      }
      if (this.#denied && this.#parts.skipAfterDenial) {
        this.#reports.push({ layer: layer.name, passed: false, verdict: 'skipped', score: null, reasons: SKIPPED, durationMs: 0 });
      } else this.#ask(layer);
    }
    this.#pumping = false;
  }

  stop(): void {
    if (!this.#stopped && this.#waiting) this.#parts.onTimeout?.();
    this.#stopped = true;
    this.#release();
  }

  #ask(layer: Layer): void {
    let answer: unknown;
    const asked = this.#reports.length;
    try {
      answer = layer.judge(this.#context);
      if (answer instanceof Promise) this.#awaitPromise(layer, answer);
      else if (answer instanceof Observable) this.#awaitObservable(layer, answer);
    } catch {
      // What it may have answered before it threw counts for nothing.
      this.#reports.length = asked;
      this.#fail(layer, 'layer_threw');
      return;
    }
    if (!(this.#waiting || answer instanceof Promise || answer instanceof Observable)) this.#settle(layer, answer);
  }

  #awaitPromise(layer: Layer, promise: Promise<unknown>): void {
    const wait = this.#arm(layer);
    // The built-in `then`, whatever the object says its own is: it answers once.
    Promise.prototype.then.call(
      promise,
      (value: unknown) => this.#answered(wait, () => this.#settle(layer, value)),
      () => this.#answered(wait, () => this.#fail(layer, 'layer_threw')),
    );
  }

  /** Exactly one value and then the end; a second value is no answer. */
  #awaitObservable(layer: Layer, source: Observable<unknown>): void {
    const wait = this.#arm(layer);
    let count = 0;
    let value: unknown;
    const inner = source.subscribe({
      next: (next) => {
        count += 1;
        value = next;
        if (count > 1) this.#answered(wait, () => this.#fail(layer, 'layer_malformed'));
      },
      error: () => this.#answered(wait, () => this.#fail(layer, 'layer_threw')),
      complete: () => this.#answered(wait, () => (count === 1 ? this.#settle(layer, value) : this.#fail(layer, 'layer_malformed'))),
    });
    if (this.#waiting && this.#wait === wait) this.#inner = inner;
    else inner.unsubscribe();
  }

  #arm(layer: Layer): number {
    this.#wait += 1;
    const wait = this.#wait;
    const nowMs = this.#parts.clock.monotonicMs();
    const leftMs = Math.min(this.#parts.budgetMs(layer.name) - (nowMs - this.#layerBeganMs), this.#parts.untilMs - nowMs);
    this.#handle = this.#parts.deadlines.arm(leftMs, () => {
      this.#parts.onTimeout?.();
      this.#answered(wait, () => this.#fail(layer, 'layer_timed_out'));
    });
    this.#waiting = true;
    return wait;
  }

  #answered(wait: number, settle: () => void): void {
    if (this.#stopped || !this.#waiting || wait !== this.#wait) return;
    this.#waiting = false;
    this.#release();
    settle();
    if (!this.#pumping) this.pump();
  }

  #release(): void {
    this.#handle?.cancel();
    this.#handle = undefined;
    this.#inner?.unsubscribe();
    this.#inner = undefined;
  }

  #settle(layer: Layer, answer: unknown): void {
    let outcome: LayerOutcome | undefined;
    try {
      outcome = this.#parts.own.has(layer) ? readOwnOutcome(answer) : readOutcome(answer);
    } catch {
      outcome = undefined;
    }
    if (outcome === undefined) this.#fail(layer, 'layer_malformed');
    else this.#report(layer, outcome);
  }

  #fail(layer: Layer, code: 'layer_threw' | 'layer_timed_out' | 'layer_malformed'): void {
    this.#waiting = false;
    this.#release();
    this.#report(layer, deny(code, FAILURES[code], { rule: layer.name, retryable: code === 'layer_timed_out' }));
  }

  #report(layer: Layer, answered: LayerOutcome): void {
    const nowMs = this.#parts.clock.monotonicMs();
    const tookMs = nowMs - this.#layerBeganMs;
    this.#layerBeganMs = nowMs;
    const inTime = tookMs <= this.#parts.budgetMs(layer.name) && nowMs <= this.#parts.untilMs;
    const outcome =
      inTime || answered.verdict === 'deny'
        ? answered
        : deny('layer_timed_out', FAILURES.layer_timed_out, { rule: layer.name, retryable: true });
    if (outcome.verdict === 'escalate') this.#escalated.push(...outcome.reasons);
    const { verdict, reasons } = outcome.verdict === 'escalate' ? afterApprovals(outcome, this.#context.satisfied) : outcome;
    if (verdict === 'deny') this.#denied = true;
    if (outcome.signals !== undefined) this.#signals.push(...outcome.signals);
    if (outcome.unenforced !== undefined) this.#unenforced.push(...outcome.unenforced);
    // Hundredths of a millisecond: enough to see a slow layer, and short in the log.
    const durationMs = tookMs > 0 ? Math.round(tookMs * 100) / 100 : 0;
    this.#reports.push({ layer: layer.name, passed: verdict === 'pass', verdict, score: outcome.score ?? null, reasons, durationMs });
  }
}

const FAILURES = {
  layer_threw: 'The layer failed, which denies.',
  layer_timed_out: 'The layer did not answer in time, which denies.',
  layer_malformed: 'The layer answered something that is no outcome, which denies.',
} as const;

/** An escalation without the reasons that approvals answer; a pass where none is left. Denials never come here. */
function afterApprovals(outcome: LayerOutcome, satisfied: ReadonlySet<ReasonCode>): Pick<LayerOutcome, 'verdict' | 'reasons'> {
  if (satisfied.size === 0) return outcome;
  const open = outcome.reasons.filter(({ code }) => !satisfied.has(code));
  return open.length === 0 ? { verdict: 'pass', reasons: NO_REASONS } : { verdict: 'escalate', reasons: open };
}
