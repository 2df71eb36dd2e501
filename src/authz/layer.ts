import type { Observable } from 'rxjs';
import type {
  ActionRequest,
  DecodedTransaction,
  Effect,
  Json,
  LayerName,
  LayerOutcome,
  Reason,
  ReasonCode,
  SignatureReading,
  TimeMs,
  Token,
} from '../core/index.ts';
import type { Exposure } from './exposure.ts';
import type { SharedPlace } from './judge-input.ts';
import type { JudgeMemo } from './judge-memo.ts';
import type { JudgeOutput } from './judge-output.ts';
import type { JudgeSettings } from './judge-settings.ts';
import type { JudgeState } from './judge-state.ts';
import type { JudgedTerms } from './judged-terms.ts';
import type { CompiledPolicy } from './policy/compiled-policy.ts';

/** What a layer sees: the request, the decoded effects, the rules, and state through {@link LayerContext.fact} alone. */
export interface LayerContext {
  readonly request: ActionRequest;
  readonly tx: JudgedTerms;
  /** Null where a transaction is judged: a signature does nothing until others use it. */
  readonly signature: SignatureReading | null;
  readonly decoded: DecodedTransaction;
  /** The effects under judgement: those of the bytes, or their union with the simulated ones. */
  readonly effects: readonly Effect[];
  /** The same effects, summed. */
  readonly exposure: Exposure;
  readonly policy: CompiledPolicy;
  /** Where another transaction of ours holds the same place of the sequence. */
  readonly place?: SharedPlace;
  readonly settings: JudgeSettings;
  readonly tokens: readonly Token[];
  readonly nowMs: TimeMs;
  /** Escalations that valid approvals answer. */
  readonly satisfied: ReadonlySet<ReasonCode>;
  /** What the decision will carry beside the reports. */
  readonly output: JudgeOutput;
  /** What several layers compute from the same facts. */
  readonly memo: JudgeMemo;
  /** Aborts when the layer's time is up. Made on first use. */
  readonly signal: AbortSignal;
  /**
   * The one way to state: runs `compute` once per name and records its JSON-safe result with the decision.
   * @throws TypeError where the result is not JSON
   */
  fact<T extends Json>(name: string, compute: (state: JudgeState) => T): T;
  /** The same for state that answers later. */
  factLater<T extends Json>(name: string, compute: (state: JudgeState) => T | Promise<T>): T | Promise<T>;
  /** Makes the state of what `effects` touch readable for the judges of the union. Rejects where it cannot be read. */
  readMore(effects: readonly Effect[]): Promise<void>;
}

/** What `judge` may answer with. Anything else, or anything too late, denies. */
export type LayerAnswer = LayerOutcome | Promise<LayerOutcome> | Observable<LayerOutcome>;

/** One of the eight judges. */
export interface Layer {
  readonly name: LayerName;
  judge(context: LayerContext): LayerAnswer;
}

const NO_REASONS: readonly Reason[] = Object.freeze([]);

/** The plain yes, shared: the engine knows it by identity. */
export const PASS: LayerOutcome = Object.freeze({ verdict: 'pass', reasons: NO_REASONS });

/** A denial for one reason. */
export function deny(
  code: ReasonCode,
  message: string,
  facts: Omit<Reason, 'code' | 'message' | 'retryable'> & { readonly retryable?: boolean } = {},
): LayerOutcome {
  return { verdict: 'deny', reasons: [reason(code, message, facts)] };
}

/** One reason; not retryable unless said. */
export function reason(
  code: ReasonCode,
  message: string,
  facts: Omit<Reason, 'code' | 'message' | 'retryable'> & { readonly retryable?: boolean } = {},
): Reason {
  return { code, message, retryable: false, ...facts };
}

/** The outcome that several findings come to: deny over escalate over pass, the deciding reasons first. */
export function settleFindings(denials: readonly Reason[], escalations: readonly Reason[]): LayerOutcome {
  if (denials.length > 0) return { verdict: 'deny', reasons: escalations.length === 0 ? denials : [...denials, ...escalations] };
  if (escalations.length > 0) return { verdict: 'escalate', reasons: escalations };
  return PASS;
}
