import type { Reason, SecondOpinion } from '../../core/index.ts';
import { reason } from '../layer.ts';

/** Findings told of one decision. */
const MAX_TOLD = 8;

/** What second opinions lead to: each can deny or ask a person, none can allow. */
export function heedOpinions(opinions: readonly SecondOpinion[]): {
  readonly denials: readonly Reason[];
  readonly escalations: readonly Reason[];
} {
  const denials: Reason[] = [];
  const escalations: Reason[] = [];
  for (const { name, outcome, detail, required } of opinions) {
    const facts = { rule: name.slice(0, 64), facts: { outcome, detail: detail.slice(0, 300) } };
    if (outcome === 'malicious') denials.push(reason('simulation_flagged', 'Another simulation calls the transaction malicious.', facts));
    else if (outcome === 'disputed') denials.push(reason('simulation_disputed', 'Another simulation comes to something else.', facts));
    else if (outcome === 'missing' && required)
      denials.push(reason('simulation_disputed', 'Another simulation that is required gave no answer.', { ...facts, retryable: true }));
    else if (outcome === 'warning') escalations.push(reason('simulation_flagged', 'Another simulation warns of the transaction.', facts));
  }
  return { denials: denials.slice(0, MAX_TOLD), escalations: escalations.slice(0, MAX_TOLD) };
}
