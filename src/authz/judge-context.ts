import type { ActionRequest, DecodedTransaction, Effect, Json, ReasonCode, SignatureReading, TimeMs, Token } from '../core/index.ts';
import type { Exposure } from './exposure.ts';
import type { JudgeInput, SharedPlace } from './judge-input.ts';
import type { JudgeMemo } from './judge-memo.ts';
import type { JudgeOutput } from './judge-output.ts';
import type { JudgeSettings } from './judge-settings.ts';
import type { JudgeState } from './judge-state.ts';
import type { JudgedTerms } from './judged-terms.ts';
import type { LayerContext } from './layer.ts';
import type { CompiledPolicy } from './policy/index.ts';
import { FactLacking, type RecordedFacts } from './tooling/recorded-facts.ts';

/** What a context shows beside the input. */
export interface ContextView {
  readonly effects: readonly Effect[];
  readonly exposure: Exposure;
  readonly state: JudgeState;
  /** Put before each fact's name: the same fact over other effects is another fact. */
  readonly prefix: string;
  /** Reads what the union of effects needs beyond the rows at hand. */
  readonly readMore: LayerContext['readMore'];
}

/** The view of one judgement that all layers share. */
export class JudgeContext implements LayerContext {
  readonly request: ActionRequest;
  readonly tx: JudgedTerms;
  readonly signature: SignatureReading | null;
  readonly decoded: DecodedTransaction;
  readonly effects: readonly Effect[];
  readonly exposure: Exposure;
  readonly policy: CompiledPolicy;
  readonly place?: SharedPlace;
  readonly settings: JudgeSettings;
  readonly tokens: readonly Token[];
  readonly nowMs: TimeMs;
  readonly satisfied: ReadonlySet<ReasonCode>;
  readonly output: JudgeOutput;
  readonly memo: JudgeMemo = { valuation: undefined, room: [] };
  readonly #view: ContextView;
  readonly #facts: Record<string, Json>;
  readonly #lacking: RecordedFacts['lacking'] | undefined;
  #abort: AbortController | undefined;

  /** `facts` are recorded into; they may hold some already. */
  constructor(input: JudgeInput, settings: JudgeSettings, output: JudgeOutput, facts: Record<string, Json>, view: ContextView) {
    this.request = input.request;
    this.tx = input.tx;
    this.signature = input.signature ?? null;
    this.decoded = input.decoded;
    this.effects = view.effects;
    this.exposure = view.exposure;
    this.policy = input.policy;
    if (input.place !== undefined) this.place = input.place;
    this.settings = settings;
    this.tokens = input.tokens;
    this.nowMs = input.nowMs;
    this.satisfied = input.satisfied;
    this.output = output;
    this.#view = view;
    this.#facts = facts;
    this.#lacking = input.recorded?.lacking;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  /** Tells whatever listens to `signal` that its answer comes too late. */
  abort(): void {
    this.#abort?.abort();
    this.#abort = undefined;
  }

  readMore(effects: readonly Effect[]): Promise<void> {
    return this.#view.readMore(effects);
  }

  fact<T extends Json>(name: string, compute: (state: JudgeState) => T): T {
    const key = this.#view.prefix === '' ? name : this.#view.prefix + name;
    if (Object.hasOwn(this.#facts, key)) return this.#facts[key] as T;
    return this.#record(key, this.#lacking === undefined ? compute(this.#view.state) : this.#again(key, compute));
  }

  factLater<T extends Json>(name: string, compute: (state: JudgeState) => T | Promise<T>): T | Promise<T> {
    const key = this.#view.prefix === '' ? name : this.#view.prefix + name;
    if (Object.hasOwn(this.#facts, key)) return this.#facts[key] as T;
    const value = this.#lacking === undefined ? compute(this.#view.state) : this.#again(key, compute);
    return value instanceof Promise ? value.then((settled) => this.#record(key, settled)) : this.#record(key, value);
  }

  /** What a record's own state comes to; where it does not suffice, whoever judges again is told. */
  #again<T>(key: string, compute: (state: JudgeState) => T): T {
    try {
      return compute(this.#view.state);
    } catch (error) {
      const instead = error instanceof FactLacking ? this.#lacking?.(key) : undefined;
      if (instead === undefined) throw error;
      return instead as T;
    }
  }

  #record<T extends Json>(key: string, value: T): T {
    if (key === '__proto__' || !isJson(value, 0)) throw new TypeError(`the fact ${key} is no JSON value`);
    this.#facts[key] = value;
    return value;
  }
}

/** Deepest fact: facts are small derived values, not rows. */
const MAX_DEPTH = 6;

function isJson(value: unknown, depth: number): value is Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (depth >= MAX_DEPTH) return false;
      if (Array.isArray(value)) {
        for (const item of value) if (!isJson(item, depth + 1)) return false;
        return true;
      }
      for (const key in value) if (!isJson((value as Record<string, unknown>)[key], depth + 1)) return false;
      return true;
    default:
      return false;
  }
}
