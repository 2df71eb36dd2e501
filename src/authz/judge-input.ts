import type {
  AccountId,
  ActionRequest,
  ApprovalQuorum,
  ChargeLine,
  Command,
  ContractFacts,
  DecisionInput,
  DecodedTransaction,
  Effect,
  Json,
  LayerReport,
  LayerSignal,
  LedgerCap,
  PriceSource,
  Reason,
  ReasonCode,
  SignatureReading,
  SimulationReport,
  TimeMs,
  Token,
  Verdict,
} from '../core/index.ts';
import type { ListLook, MarketInput } from '../risk/index.ts';
import type { JudgeRows, Simulate } from './judge-state.ts';
import type { JudgedTerms } from './judged-terms.ts';
import type { CompiledPolicy } from './policy/index.ts';
import type { LookedUp } from './risk-readings.ts';
import type { Review } from './temporal/findings.ts';
import type { RecordedFacts } from './tooling/recorded-facts.ts';

/** One transaction or signature to judge, and everything it is judged by. */
export interface JudgeInput {
  readonly request: ActionRequest;
  readonly tx: JudgedTerms;
  /** Where it is a signature: what it reads as. */
  readonly signature?: SignatureReading;
  readonly decoded: DecodedTransaction;
  readonly policy: CompiledPolicy;
  /** Where another transaction of ours holds the same place of the sequence, and at most one of the two can land. */
  readonly place?: SharedPlace;
  /** The rows of `judgeKeys`, read from one consistent state. */
  readonly rows: JudgeRows;
  /** Reads further rows where a simulation shows accounts or assets that the bytes do not. Without it such a request is denied. */
  readonly read?: (keys: readonly string[]) => Promise<readonly (Json | undefined)[]>;
  /** Null where nothing can simulate. */
  readonly simulate: Simulate | null;
  /** What listed contracts are made of now, by the chain; one that is missing could not be read. */
  readonly contracts?: ReadonlyMap<AccountId, ContractFacts> | undefined;
  /** What was looked up for the patterns of fraud. */
  readonly lookedUp?: LookedUp | undefined;
  /** Escalations that valid approvals answer. */
  readonly satisfied: ReadonlySet<ReasonCode>;
  readonly tokens: readonly Token[];
  readonly price?: PriceSource | undefined;
  readonly market?: MarketInput | undefined;
  /** What the lists in memory say at this moment; absent where none are configured. */
  readonly lists?: ListLook | undefined;
  readonly nowMs: TimeMs;
  /** Wall time by which the judgement must be there; layers that come later deny. */
  readonly deadlineMs: TimeMs;
  /** Judges a recorded decision again: rows, prices and the chain are never asked. */
  readonly recorded?: RecordedFacts;
}

/** A place of the wallet's sequence that a transaction on its way has already. */
export interface SharedPlace {
  /** The room that it holds: only what goes beyond is taken. */
  readonly lines: readonly ChargeLine[];
  /** True where the transaction does nothing but keep the other from landing. */
  readonly isCancel: boolean;
}

/** What the eight layers came to, and what the deciding step needs. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reports: readonly LayerReport[];
  /** Denials first, then escalations. */
  readonly reasons: readonly Reason[];
  readonly facts: Readonly<Record<string, Json>>;
  /** Whose yes its escalations need by the policy, answered ones among them; absent where it asks for nothing more. */
  readonly quorum?: ApprovalQuorum;
  /** Every escalation, answered ones among them: a yes that does not name one of them is no yes to it. */
  readonly escalated: readonly Reason[];
  readonly signals: readonly LayerSignal[];
  readonly unenforced: readonly string[];
  readonly riskScore: number;
  /** The decoded effects, and what the simulation showed beyond them. */
  readonly effects: readonly Effect[];
  readonly lines: readonly ChargeLine[];
  /** The part of `lines` that is the fee ceiling. */
  readonly feeLines: readonly ChargeLine[];
  readonly caps: readonly LedgerCap[];
  /** What a person is to look at afterwards. */
  readonly reviews: readonly Review[];
  /** Always the attempt; the action too where it is approved. */
  readonly rates: readonly Extract<Command, { kind: 'rate.take' }>[];
  readonly simulation: SimulationReport | null;
  /** What it was made from, for the decision; absent where no chain could run. */
  readonly input?: DecisionInput;
}
