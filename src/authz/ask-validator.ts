import type { Reason, ReasonCode } from '../core/index.ts';
import type { ActionValidator, ValidatorAnswer } from './action-validator.ts';
import { type LayerContext, reason } from './layer.ts';

/** The reasons against a request that a validator found; empty for its plain yes. */
export interface ValidatorFindings {
  readonly denials: readonly Reason[];
  readonly escalations: readonly Reason[];
}

/** The two reasons that each validator's layer gives. */
export interface ValidatorCodes {
  readonly rejected: ReasonCode;
  readonly unsure: ReasonCode;
}

/** Asks the validator. Fails closed when its answer is malformed; what it throws is the layer's failure. */
export async function askValidator(validator: ActionValidator, context: LayerContext, codes: ValidatorCodes): Promise<ValidatorFindings> {
  const { request, settings } = context;
  // It is shown copies: a validator that writes into them changes nothing that is judged.
  const answer: unknown = await validator.validate(structuredClone(request), {
    agentId: request.agentId,
    userId: request.userId,
    sessionId: request.context.sessionId ?? null,
    effects: structuredClone(context.effects),
    nowMs: context.nowMs,
    signal: context.signal,
  });
  const read = readAnswer(answer);
  if (read === undefined)
    return { denials: [reason('layer_malformed', 'The validator’s answer is malformed, which denies.')], escalations: [] };
  context.fact(`validator.${codes.rejected}`, () => ({ valid: read.valid, confidence: read.confidence, warnings: read.warnings }));
  if (!read.valid) return { denials: [reason(codes.rejected, read.reasoning.slice(0, 500) || 'The validator said no.')], escalations: [] };
  if (read.confidence >= settings.minConfidence) return { denials: [], escalations: [] };
  return {
    denials: [],
    escalations: [
      reason(codes.unsure, 'The validator is less sure than the configured minimum.', { facts: { confidence: read.confidence } }),
    ],
  };
}

function readAnswer(answer: unknown): ValidatorAnswer | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { valid, confidence, reasoning, warnings } = answer as Partial<Record<keyof ValidatorAnswer, unknown>>;
  if (typeof valid !== 'boolean' || typeof reasoning !== 'string') return undefined;
  if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) return undefined;
  if (!Array.isArray(warnings) || warnings.length > 100) return undefined;
  const texts = warnings.slice();
  if (!texts.every((warning) => typeof warning === 'string')) return undefined;
  return { valid, confidence, reasoning, warnings: texts.map((warning: string) => warning.slice(0, 500)) };
}
