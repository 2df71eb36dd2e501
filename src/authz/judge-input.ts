import type {
  ActionRequest,
  ChargeLine,
  Command,
  DecodedTransaction,
  Effect,
  Json,
  LayerReport,
  LayerSignal,
  LedgerCap,
  PriceSource,
  Reason,
  ReasonCode,
  SimulationReport,
  TimeMs,
  Token,
  UnsignedTransaction,
  Verdict,
} from '../core/index.ts';
import type { MarketFacts } from '../risk/index.ts';
import type { JudgeRows, Simulate } from './judge-state.ts';
import type { CompiledPolicy } from './policy/index.ts';

/** One transaction to judge, and everything it is judged by. */
export interface JudgeInput {
  readonly request: ActionRequest;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  readonly policy: CompiledPolicy;
  /** The rows of `judgeKeys`, read from one consistent state. */
  readonly rows: JudgeRows;
  /** Reads further rows where a simulation shows accounts or assets that the bytes do not. Without it such a request is denied. */
  readonly read?: (keys: readonly string[]) => Promise<readonly (Json | undefined)[]>;
  /** Null where nothing can simulate. */
  readonly simulate: Simulate | null;
  /** Escalations that valid approvals answer. */
  readonly satisfied: ReadonlySet<ReasonCode>;
  readonly tokens: readonly Token[];
  readonly price?: PriceSource | undefined;
  readonly market?: MarketFacts | undefined;
  readonly nowMs: TimeMs;
  /** Wall time by which the judgement must be there; layers that come later deny. */
  readonly deadlineMs: TimeMs;
}

/** What the eight layers came to, and what the deciding step needs. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reports: readonly LayerReport[];
  /** Denials first, then escalations. */
  readonly reasons: readonly Reason[];
  readonly facts: Readonly<Record<string, Json>>;
  readonly signals: readonly LayerSignal[];
  readonly unenforced: readonly string[];
  readonly riskScore: number;
  /** The decoded effects, and what the simulation showed beyond them. */
  readonly effects: readonly Effect[];
  readonly lines: readonly ChargeLine[];
  /** The part of `lines` that is the fee ceiling. */
  readonly feeLines: readonly ChargeLine[];
  readonly caps: readonly LedgerCap[];
  /** Always the attempt; the action too where it is approved. */
  readonly rates: readonly Extract<Command, { kind: 'rate.take' }>[];
  readonly simulation: SimulationReport | null;
}
