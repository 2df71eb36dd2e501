import type { LayerOutcome, Reason } from '../../core/index.ts';
import { askValidator } from '../ask-validator.ts';
import { fieldContradictions, wordContradictions } from '../intent/contradictions.ts';
import { type Layer, type LayerContext, reason, settleFindings } from '../layer.ts';

const CODES = { rejected: 'intent_validator_rejected', unsure: 'intent_low_confidence' } as const;
/** Contradictions told; one denies, and a batch can hold hundreds. */
const MAX_TOLD = 8;

/** Layer 1: what the agent says against what the bytes do. A contradiction denies; silence escalates where configured. */
export const intentLayer: Layer = Object.freeze({
  name: 'intent',
  judge(context) {
    const { request, settings } = context;
    const denials: Reason[] = [];
    fieldContradictions(context, denials);
    const text = request.context.intent;
    const said = text !== undefined && text.trim() !== '';
    if (said) wordContradictions(context, text, denials);
    const told = denials.length > MAX_TOLD ? denials.slice(0, MAX_TOLD) : denials;
    const escalations: Reason[] =
      settings.requireIntentValidation && !said
        ? [reason('intent_missing', 'The request states no intent.', { rule: 'requireIntentValidation' })]
        : [];
    return settings.intentValidator === undefined ? settleFindings(told, escalations) : validated(context, told, escalations);
  },
} satisfies Layer);

async function validated(context: LayerContext, denials: readonly Reason[], escalations: readonly Reason[]): Promise<LayerOutcome> {
  const { intentValidator } = context.settings;
  if (intentValidator === undefined) return settleFindings(denials, escalations);
  const found = await askValidator(intentValidator, context, CODES);
  return settleFindings([...denials, ...found.denials], [...escalations, ...found.escalations]);
}
