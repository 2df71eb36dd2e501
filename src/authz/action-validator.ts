import type { ActionRequest, Effect, TimeMs } from '../core/index.ts';

/** What a custom validator is told beside the request; nothing in it can change the judgement. */
export interface ValidatorContext {
  readonly agentId: string;
  readonly userId: string;
  readonly sessionId: string | null;
  readonly effects: readonly Effect[];
  readonly nowMs: TimeMs;
  readonly signal: AbortSignal;
}

/** What a custom validator answers. */
export interface ValidatorAnswer {
  readonly valid: boolean;
  /** 0–1. */
  readonly confidence: number;
  readonly reasoning: string;
  readonly warnings: readonly string[];
}

/** A deployment's own check of intent or strategy. It runs beside ours and can only tighten. */
export interface ActionValidator {
  /** Says what it thinks of a request. It can tighten; a yes loosens nothing. */
  validate(request: ActionRequest, context: ValidatorContext): ValidatorAnswer | Promise<ValidatorAnswer>;
}
