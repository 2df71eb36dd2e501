import { type Effect, type Json, type LayerReport, type Reason, strictest } from '../core/index.ts';
import type { ChainResult } from './engine.ts';
import { decodedExposure, exposureOf } from './exposure.ts';
import { JudgeContext } from './judge-context.ts';
import type { JudgeInput, Judgement } from './judge-input.ts';
import { exposureKeys } from './judge-keys.ts';
import { createJudgeOutput } from './judge-output.ts';
import type { JudgeSettings } from './judge-settings.ts';
import { type JudgeRows, ReadState } from './judge-state.ts';
import { rateCommands } from './layers/rate-limit.ts';
import { habitCommands } from './layers/risk-shadow.ts';
import { quorumOf } from './policy/index.ts';
import { recordInput } from './tooling/record-input.ts';

/** One judgement under way. */
export class JudgeSession {
  readonly context: JudgeContext;
  readonly #input: JudgeInput;
  readonly #settings: JudgeSettings;
  readonly #facts: Record<string, Json>;
  readonly #output = createJudgeOutput();
  #more: JudgeRows | undefined;

  constructor(input: JudgeInput, settings: JudgeSettings) {
    const { decoded, tx } = input;
    this.#input = input;
    this.#settings = settings;
    this.#facts = { ...input.recorded?.facts };
    this.context = new JudgeContext(input, settings, this.#output, this.#facts, {
      effects: decoded.effects,
      exposure: decodedExposure(decoded, tx),
      state: input.recorded?.state ?? new ReadState(input),
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
      state: this.#input.recorded?.state ?? new ReadState(this.#input, this.#more),
      prefix: 'union.',
      readMore: (more) => this.#readMore(more),
    });
  }

  conclude({ reports, signals, unenforced, escalated }: ChainResult): Judgement {
    const output = this.#output;
    const { effects } = this.#input.decoded;
    const verdict = strictest(reports);
    const quorum = quorumOf(this.#input.policy.approvalQuorums, escalated);
    return {
      verdict,
      reports,
      reasons: verdict === 'approved' ? [] : reasonsOf(reports),
      facts: this.#facts,
      ...(quorum === undefined ? {} : { quorum }),
      escalated,
      signals: verdict === 'approved' ? [...signals, ...output.warnings] : signals,
      unenforced,
      riskScore: output.riskScore,
      effects: output.simulated === null ? effects : [...effects, ...output.simulated],
      lines: [...output.lines, ...output.temporal.lines],
      feeLines: output.feeLines,
      caps: [...output.caps, ...output.temporal.caps],
      reviews: output.temporal.reviews,
      rates: [
        ...rateCommands(this.context, verdict === 'approved'),
        ...habitCommands(this.#input.request.agentId, verdict, { facts: this.#facts, reasons: reasonsOf(reports) }),
      ],
      simulation: output.simulation,
      ...(this.#input.recorded === undefined ? { input: recordInput(this.#input, this.#settings, output, this.#more) } : {}),
    };
  }

  async #readMore(effects: readonly Effect[]): Promise<void> {
    const { request, tx, decoded, policy, rows, read, recorded } = this.#input;
    if (recorded !== undefined) return;
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

const MISSING: Reason = Object.freeze({
  code: 'layer_missing',
  message: 'The chain is not the eight layers, which denies.',
  retryable: false,
});
