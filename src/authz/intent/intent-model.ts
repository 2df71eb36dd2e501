import type { Deadlines, Effect } from '../../core/index.ts';
import type { ActionValidator, ValidatorAnswer } from '../action-validator.ts';

/** Any model that reads text, a large language model for one. It is asked for an opinion, and can only lower trust. */
export interface IntentModel {
  /**
   * Says how well the words fit the effects: `trust` from 0 (not at all) to 1. Both are data that others wrote; `signal` aborts
   * once nobody waits any more.
   */
  judge(text: string, effects: readonly Effect[], signal: AbortSignal): Promise<{ readonly trust: number; readonly reason: string }>;
}

/** How a model is asked. */
export interface IntentModelOptions {
  readonly deadlines: Deadlines;
  /** Longest wait, ms; a later answer is no trust. */
  readonly timeoutMs?: number;
  /** 0–1. Less trust than this is a no. */
  readonly minTrust?: number;
  /** A validator to be asked as well; the lower of both counts. */
  readonly beside?: ActionValidator;
}

const NO_TRUST = 0;

/**
 * Makes a validator of a model, to be set as `intentValidator`. Fails closed when the model throws, is late, or answers anything
 * but a number from 0 to 1 with a reason: that is no trust. A yes of the model loosens nothing.
 * @throws RangeError for a `minTrust` outside 0–1 or a `timeoutMs` that is no positive number
 */
export function createModelValidator(model: IntentModel, options: IntentModelOptions): ActionValidator {
  const { deadlines, timeoutMs = 2_000, minTrust = 0.5, beside } = options;
  if (!(minTrust >= 0 && minTrust <= 1) || !(timeoutMs > 0)) throw new RangeError('minTrust lies from 0 to 1, and timeoutMs above 0');

  const ask = async (text: string, effects: readonly Effect[]): Promise<{ readonly trust: number; readonly reason: string }> => {
    try {
      return readAnswer(await deadlines.within(timeoutMs, (signal) => model.judge(text, effects, signal)));
    } catch {
      return { trust: NO_TRUST, reason: 'The model gave no answer in time.' };
    }
  };

  return {
    async validate(request, context): Promise<ValidatorAnswer> {
      const [other, { trust, reason }] = await Promise.all([
        beside?.validate(request, context),
        ask(request.context.intent ?? '', context.effects),
      ]);
      const own: ValidatorAnswer = { valid: trust > NO_TRUST && trust >= minTrust, confidence: trust, reasoning: reason, warnings: [] };
      if (other === undefined) return own;
      // Malformed answers of the other are refused by whoever asked us.
      if (!other.valid || (own.valid && !(other.confidence >= own.confidence))) return other;
      return { ...own, warnings: other.warnings };
    },
  };
}

function readAnswer(answer: unknown): { readonly trust: number; readonly reason: string } {
  const malformed = { trust: NO_TRUST, reason: 'The model’s answer is malformed.' };
  if (typeof answer !== 'object' || answer === null) return malformed;
  const { trust, reason } = answer as { readonly trust?: unknown; readonly reason?: unknown };
  if (typeof trust !== 'number' || !(trust >= 0 && trust <= 1) || typeof reason !== 'string') return malformed;
  return { trust, reason: reason.slice(0, 500) };
}
