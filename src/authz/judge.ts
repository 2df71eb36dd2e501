import { map, mergeMap, Observable, of } from 'rxjs';
import {
  type ActionRequest, type ChargeLine, type Clock, type Command, type DecodedTransaction, type Deadlines, type Effect, type Json, LAYERS, type LayerReport,
  type LayerSignal, type LedgerCap, type PriceSource, type Reason, type ReasonCode, type SimulationReport, strictest, type TimeMs, type Token,
  type UnsignedTransaction, type Verdict,
} from '../core/index.ts';
import type { MarketFacts } from '../risk/index.ts';
import { type ChainParts, type ChainResult, judgeChain } from './engine.ts';
import { decodedExposure, exposureOf } from './exposure.ts';
import { type ContextParts, JudgeContext } from './judge-context.ts';
import { exposureKeys } from './judge-keys.ts';
import { createJudgeOutput } from './judge-output.ts';
import { DEFAULT_JUDGE_SETTINGS, type JudgeSettings, layerBudgetMs } from './judge-settings.ts';
import { type JudgeRows, ReadState, type Simulate } from './judge-state.ts';
import type { Layer } from './layer.ts';
import { STANDARD_LAYERS } from './layers/index.ts';
import { rateCommands } from './layers/rate-limit.ts';
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

/** Makes the judge. Fails closed: an empty, incomplete or failing chain denies. */
export function createJudge(options: JudgeOptions): Judge {
  const { clock, deadlines } = options;
  const settings: JudgeSettings = Object.freeze({ ...DEFAULT_JUDGE_SETTINGS, ...options.settings });
  const layers = Object.freeze([...(options.layers ?? STANDARD_LAYERS)]);
  const unionLayers = layers.filter(({ name }) => UNION_LAYERS.has(name));

  const judge$ = (input: JudgeInput): Observable<Judgement> =>
    new Observable((subscriber) => {
      const session = openSession(input, settings);
      const parts: ChainParts = {
        clock,
        deadlines,
        budgetMs: (layer) => layerBudgetMs(settings, layer),
        totalMs: input.deadlineMs - input.nowMs,
        skipAfterDenial: true,
        onTimeout: () => session.context.abort(),
      };
      const chain = judgeChain(layers, session.context, parts);
      const whole = chain.pipe(
        mergeMap((first) => {
          const union = session.union();
          if (union === undefined) return of(conclude(session, first));
          const again = judgeChain(unionLayers, union, { ...parts, skipAfterDenial: false });
          return again.pipe(map((second) => conclude(session, stricter(first, second))));
        }),
      );
      return whole.subscribe(subscriber);
    });

  return {
    judge$,
    judge: (input) =>
      new Promise((resolve) => {
        let judgement: Judgement | undefined;
        judge$(input).subscribe({
          next: (value) => {
            judgement = value;
          },
          error: () => resolve(failed(input)),
          complete: () => resolve(judgement ?? failed(input)),
        });
      }),
  };
}

/** One judgement under way. */
interface Session {
  readonly input: JudgeInput;
  readonly context: JudgeContext;
  readonly facts: Record<string, Json>;
  /** The context over decoded and simulated effects; undefined where the simulation showed nothing more. */
  union(): JudgeContext | undefined;
}

function openSession(input: JudgeInput, settings: JudgeSettings): Session {
  const { request, tx, decoded, policy, tokens, nowMs, satisfied } = input;
  const facts: Record<string, Json> = {};
  const output = createJudgeOutput();
  let more: JudgeRows | undefined;
  const readMore = async (effects: readonly Effect[]): Promise<void> => {
    const wanted = exposureKeys(request, exposureOf([...decoded.effects, ...effects], tx), policy);
    const keys = wanted.filter((key) => !input.rows.keys.includes(key));
    if (keys.length === 0) return;
    if (input.read === undefined) throw new TypeError('what the simulation shows cannot be read');
    more = { keys, values: await input.read(keys) };
  };
  const parts: Omit<ContextParts, 'effects' | 'exposure' | 'state' | 'prefix'> = { request, tx, decoded, policy, settings, tokens, nowMs, satisfied, output, facts, readMore };
  const context = new JudgeContext({ ...parts, effects: decoded.effects, exposure: decodedExposure(decoded, tx), state: new ReadState(input), prefix: '' });
  return {
    input,
    context,
    facts,
    union() {
      if (output.simulated === null) return undefined;
      const effects = [...decoded.effects, ...output.simulated];
      return new JudgeContext({ ...parts, effects, exposure: exposureOf(effects, tx), state: new ReadState(input, more), prefix: 'union.' });
    },
  };
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

function conclude({ context, facts }: Session, { reports, signals, unenforced }: ChainResult): Judgement {
  const { output, decoded } = context;
  const verdict = strictest(reports);
  const reasons: Reason[] = [];
  if (verdict !== 'approved') {
    for (const report of reports) if (report.verdict === 'deny') reasons.push(...report.reasons);
    for (const report of reports) if (report.verdict === 'escalate') reasons.push(...report.reasons);
    if (reasons.length === 0) reasons.push(MISSING);
  }
  return {
    verdict,
    reports,
    reasons,
    facts,
    signals,
    unenforced,
    riskScore: output.riskScore,
    effects: output.simulated === null ? decoded.effects : [...decoded.effects, ...output.simulated],
    lines: output.lines,
    feeLines: output.feeLines,
    caps: output.caps,
    rates: rateCommands(context, verdict === 'approved'),
    simulation: output.simulation,
  };
}

const MISSING: Reason = Object.freeze({ code: 'layer_missing', message: 'The chain is not the eight layers, which denies.', retryable: false });

/** The denial where not even a chain could run. */
function failed(input: JudgeInput): Judgement {
  const reports = LAYERS.map((layer): LayerReport => ({ layer, passed: false, verdict: 'deny', score: null, reasons: [FAILED], durationMs: 0 }));
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
