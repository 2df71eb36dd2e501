import type { LayerOutcome, Reason } from '../../core/index.ts';
import { askValidator } from '../ask-validator.ts';
import { fieldContradictions, wordContradictions } from '../intent/contradictions.ts';
import { untrustedOpenings } from '../intent/untrusted.ts';
import { injectionFindings, wordFindings } from '../intent/word-findings.ts';
import { type Layer, type LayerContext, reason, settleFindings } from '../layer.ts';

const CODES = { rejected: 'intent_validator_rejected', unsure: 'intent_low_confidence' } as const;
/** Findings told of each kind; one decides, and a batch can hold hundreds. */
const MAX_TOLD = 8;

/**
 * Layer 1: what the agent says against what the bytes do. A contradiction denies; words that can be read in two ways, marks of
 * an injected instruction, and what untrusted content would open ask a person; silence does where configured.
 */
export const intentLayer: Layer = Object.freeze({
  name: 'intent',
  judge(context) {
    const { request, settings } = context;
    const denials: Reason[] = [];
    const escalations: Reason[] = [];
    fieldContradictions(context, denials);
    const text = request.context.intent;
    const said = text !== undefined && text.trim() !== '';
    if (said) {
      const before = denials.length;
      wordContradictions(context, text, denials);
      const found = wordFindings(context, text);
      // The same contradiction is told once, by whoever knows the exact amounts and accounts.
      if (denials.length === before) denials.push(...found.denials);
      escalations.push(...found.escalations);
    } else if (settings.requireIntentValidation)
      escalations.push(reason('intent_missing', 'The request states no intent.', { rule: 'requireIntentValidation' }));
    escalations.push(...injectionFindings(context, said ? text : undefined), ...untrustedOpenings(context));
    const told = [denials, escalations].map((found) => (found.length > MAX_TOLD ? found.slice(0, MAX_TOLD) : found)) as [
      Reason[],
      Reason[],
    ];
    return settings.intentValidator === undefined ? settleFindings(...told) : validated(context, ...told);
  },
} satisfies Layer);

async function validated(context: LayerContext, denials: readonly Reason[], escalations: readonly Reason[]): Promise<LayerOutcome> {
  const { intentValidator } = context.settings;
  if (intentValidator === undefined) return settleFindings(denials, escalations);
  const found = await askValidator(intentValidator, context, CODES);
  return settleFindings([...denials, ...found.denials], [...escalations, ...found.escalations]);
}
