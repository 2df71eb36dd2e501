import type { ActionRequest, DecodedTransaction, Effect, Json, ReasonCode, TimeMs, Token, UnsignedTransaction } from '../core/index.ts';
import type { Exposure } from './exposure.ts';
import type { JudgeOutput } from './judge-output.ts';
import type { JudgeSettings } from './judge-settings.ts';
import type { JudgeState } from './judge-state.ts';
import type { LayerContext } from './layer.ts';
import type { CompiledPolicy } from './policy/index.ts';

/** What a context is made of. */
export interface ContextParts {
  readonly request: ActionRequest;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  readonly effects: readonly Effect[];
  readonly exposure: Exposure;
  readonly policy: CompiledPolicy;
  readonly settings: JudgeSettings;
  readonly tokens: readonly Token[];
  readonly nowMs: TimeMs;
  readonly satisfied: ReadonlySet<ReasonCode>;
  readonly output: JudgeOutput;
  readonly state: JudgeState;
  /** Facts that are recorded already, and where more go. */
  readonly facts: Record<string, Json>;
  /** Put before each name: the same fact over other effects is another fact. */
  readonly prefix: string;
  /** Reads what the union of effects needs beyond the rows at hand. */
  readonly readMore: LayerContext['readMore'];
}

/** The view of one judgement that all layers share. */
export class JudgeContext implements LayerContext {
  readonly request: ActionRequest;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  readonly effects: readonly Effect[];
  readonly exposure: Exposure;
  readonly policy: CompiledPolicy;
  readonly settings: JudgeSettings;
  readonly tokens: readonly Token[];
  readonly nowMs: TimeMs;
  readonly satisfied: ReadonlySet<ReasonCode>;
  readonly output: JudgeOutput;
  readonly readMore: LayerContext['readMore'];
  readonly #state: JudgeState;
  readonly #facts: Record<string, Json>;
  readonly #prefix: string;
  #abort: AbortController | undefined;

  constructor(parts: ContextParts) {
    this.request = parts.request;
    this.tx = parts.tx;
    this.decoded = parts.decoded;
    this.effects = parts.effects;
    this.exposure = parts.exposure;
    this.policy = parts.policy;
    this.settings = parts.settings;
    this.tokens = parts.tokens;
    this.nowMs = parts.nowMs;
    this.satisfied = parts.satisfied;
    this.output = parts.output;
    this.readMore = parts.readMore;
    this.#state = parts.state;
    this.#facts = parts.facts;
    this.#prefix = parts.prefix;
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

  fact<T extends Json>(name: string, compute: (state: JudgeState) => T): T {
    const key = this.#prefix + name;
    const known = this.#facts[key];
    if (known !== undefined && Object.hasOwn(this.#facts, key)) return known as T;
    return this.#record(key, compute(this.#state));
  }

  factLater<T extends Json>(name: string, compute: (state: JudgeState) => T | Promise<T>): T | Promise<T> {
    const key = this.#prefix + name;
    const known = this.#facts[key];
    if (known !== undefined && Object.hasOwn(this.#facts, key)) return known as T;
    const value = compute(this.#state);
    return value instanceof Promise ? value.then((settled) => this.#record(key, settled)) : this.#record(key, value);
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
